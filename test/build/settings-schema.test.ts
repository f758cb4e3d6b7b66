import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { settingsSchema, settingsSource } from '../../build/settings-schema.ts';
import { parseSettings } from '../../infra/settings.ts';
import { jsonOf, messageOf, read } from '../support/document.ts';

const source = await settingsSource();
const schema = JSON.parse(read('dist/schema/settings.schema.json'));
const validate = new Ajv({ allErrors: true, strictTypes: false }).compile(schema);

/** The settings that a document shows. */
function examplesIn(file: string): readonly unknown[] {
  return jsonOf(read(file)).flatMap((json) => {
    const text = json.trim().replace(/,$/, '');
    if (text.includes('"ims-token-rotator": {')) {
      return [JSON.parse(`{${text}}`)['ims-token-rotator']];
    }
    return text.includes('"$schema"') ? [JSON.parse(text)] : [];
  });
}

const account = 'eu-west-1:111122223333';
const keyArn = `arn:aws:kms:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const secretArn = `arn:aws:secretsmanager:${account}:secret:team/adobe-AbCdEf`;
const everySetting = {
  $schema: './schema.json',
  rotatorName: 'prod',
  prefix: 'team/adobe',
  credentials: {
    fusion: { product: 'workfront-fusion', renewBefore: 'PT8H', keyArn },
    own: { scopes: ['openid', 'AdobeID'], clientSecretArn: secretArn, clientSecretKeyArn: keyArn },
    rotating: { clientSecretRotation: true, clientSecretRotationSchedule: 'cron(0 4 1 * ? *)' },
  },
  tickMinutes: 30,
  timeoutMinutes: 5,
  shards: 4,
  shardStems: ['customer-'],
  concurrency: 16,
  imsRequestsPerSecond: 20,
  writesPerSecond: 30,
  alarms: {
    topicArn: `arn:aws:sns:${account}:pager`,
    thresholds: { pagePercent: 20, urgentPercent: 0.5 },
  },
  dashboard: false,
  keyArn,
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: ['subnet-01234567'],
  securityGroupIds: ['sg-0123456789abcdef0'],
  proxy: {
    url: 'HTTP://proxy.example.com:8080',
    exceptions: ['.example.com'],
    secretArn,
    secretKeyArn: keyArn,
  },
  caCertificates: 'company-ca.pem',
  logRetentionDays: 365,
  validate: true,
  nativeRotation: true,
  retainSecrets: false,
  tracing: true,
};

const fusion = (credential: object): object => ({ credentials: { fusion: credential } });

describe('the JSON Schema of the settings', () => {
  it.each([
    ['README.md', 1],
    ['docs/reference.md', 2],
    ['docs/deploy.md', 1],
    ['docs/client-secret-rotation.md', 1],
    ['docs/scale.md', 1],
  ])('accepts every example of %s', (file, least) => {
    const examples = examplesIn(file);
    expect(examples.length).toBeGreaterThanOrEqual(least);
    for (const example of examples) {
      expect(validate(example), JSON.stringify(validate.errors)).toBe(true);
      expect(() => parseSettings(example)).not.toThrow();
    }
  });

  it('accepts every setting', () => {
    expect(() => parseSettings(everySetting)).not.toThrow();
    expect(validate(everySetting), JSON.stringify(validate.errors)).toBe(true);
    expect(new Set(Object.keys(schema.properties))).toEqual(new Set(Object.keys(everySetting)));
  });

  it('accepts no settings at all', () => {
    expect(validate({})).toBe(true);
  });

  it.each([
    ['a list', []],
    ['an unknown setting', { tick: 15 }],
    ['an unknown setting of a credential', fusion({ scope: 'openid' })],
    ['an unknown setting of the alarms', { alarms: { email: 'ops@example.com' } }],
    ['an unknown threshold', { alarms: { thresholds: { page: 16 } } }],
    ['an invalid name of a credential', { credentials: { 'Not A Name': {} } }],
    ['credentials in a list', { credentials: [] }],
    ['a credential in a list', { credentials: { fusion: [] } }],
    ['an unknown product', fusion({ product: 'x' })],
    ['scopes given as text', fusion({ scopes: 'openid' })],
    ['no scope', fusion({ scopes: [] })],
    ['a scope with a space', fusion({ scopes: ['a b'] })],
    ['an invalid duration', fusion({ renewBefore: '8h' })],
    [
      'a rotation at a rate',
      fusion({ clientSecretRotation: true, clientSecretRotationSchedule: 'rate(30 days)' }),
    ],
    ['a partial ARN', fusion({ clientSecretArn: secretArn.slice(0, -7) })],
    ['an invalid rotator name', { rotatorName: 'a b' }],
    ['an invalid prefix', { prefix: '/a/' }],
    ['a tick given as text', { tickMinutes: '15' }],
    ['a tick below the limit', { tickMinutes: 1 }],
    ['a tick above the limit', { tickMinutes: 1441 }],
    ['half a minute', { tickMinutes: 20.5 }],
    ['too many shards', { shards: 11 }],
    ['more writes than the quota', { writesPerSecond: 51 }],
    ['part of a request', { imsRequestsPerSecond: 0.5 }],
    ['a stem that no name begins with', { shards: 2, shardStems: ['Customer'] }],
    ['too many stems', { shards: 2, shardStems: Array.from({ length: 21 }, () => 'a') }],
    ['a time-out beyond the limit', { timeoutMinutes: 16 }],
    ['an invalid address', { alarms: { emails: ['ops'] } }],
    ['a topic by name', { alarms: { topicArn: 'pager' } }],
    ['a threshold of 0', { alarms: { thresholds: { urgentPercent: 0 } } }],
    ['a threshold of 50', { alarms: { thresholds: { pagePercent: 50 } } }],
    ['a key alias', { keyArn: 'alias/x' }],
    ['a VPC by name', { vpcId: 'main', subnetIds: ['subnet-01234567'] }],
    ['a subnet by name', { vpcId: 'vpc-01234567', subnetIds: ['private'] }],
    ['a security group by name', { securityGroupIds: ['default'] }],
    ['a proxy without a URL', { proxy: { exceptions: ['a.test'] } }],
    ['a proxy with a password', { proxy: { url: 'http://user:x@proxy.example.com' } }],
    ['a proxy of another kind', { proxy: { url: 'socks5://proxy.example.com' } }],
    ['an exception that is a URL', { proxy: { url: 'http://a.test', exceptions: ['https://b'] } }],
    ['a retention that CloudWatch lacks', { logRetentionDays: 10 }],
    ['a switch given as text', { validate: 'yes' }],
    ['a path that is no text', { caCertificates: true }],
  ])('refuses %s, as the parser does', (_, settings) => {
    expect(() => parseSettings(settings)).toThrow();
    expect(validate(settings)).toBe(false);
  });

  it('describes every setting, with its default', () => {
    expect(schema.properties.tickMinutes.description).toBe(
      'Minutes between two passes over all credentials, 3 to 1,440, of which the alarms allow 172. Default: 15.',
    );
    expect(schema.properties.proxy.properties.url.description).toBe(
      'Its URL, for example `http://proxy.example.com:8080`, without a user name or password.',
    );
    const { product } = schema.properties.credentials.additionalProperties.properties;
    expect(product.description).toMatch(/^The product whose documented scopes to request\. /);
    const descriptions = JSON.stringify(schema).match(/"description":"[^"]+"/g) ?? [];
    for (const description of descriptions) expect(description).not.toMatch(/\*|undefined/);
  });
});

describe('settingsSchema', () => {
  it('fails for a setting that is not described', () => {
    const without = source.replace('readonly tracing?', 'readonly traces?');
    expect(messageOf(() => settingsSchema(without))).toBe(
      'ImsTokenRotatorSettings has no such settings: traces',
    );
  });

  it('fails for a description of no setting', () => {
    const without = source.replace(
      / {2}\/\*\*(?:(?!\*\/).)*\*\/\n {2}readonly pagePercent[^\n]*\n/s,
      '',
    );
    expect(messageOf(() => settingsSchema(without))).toBe(
      'ImsTokenRotatorThresholdSettings does not describe the setting pagePercent',
    );
  });
});
