import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../infra/settings.ts';

/** The problems found, without the context key that each line starts with. */
function problemsOf(settings: unknown): readonly string[] {
  try {
    parseSettings(settings);
  } catch (error) {
    const lines = (error as Error).message.split('\n');
    expect(lines[0]).toBe('the settings in cdk.json or --context are invalid:');
    return lines.slice(1).map((line) => line.replace(/^- ims-token-rotator[.:] ?/, ''));
  }
  return [];
}

const account = 'arn:aws:%:eu-west-1:111122223333';
const keyArn = `${account.replace('%', 'kms')}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const topicArn = `${account.replace('%', 'sns')}:pager`;
const clientSecretArn = `${account.replace('%', 'secretsmanager')}:secret:team/adobe-AbCdEf`;

describe('parseSettings', () => {
  it('accepts the settings of cdk.json', () => {
    const { context } = JSON.parse(
      readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'),
    );
    expect(parseSettings(context['ims-token-rotator'])).toEqual(context['ims-token-rotator']);
  });

  it('accepts every setting, also as JSON text', () => {
    const settings = {
      rotatorName: 'prod',
      prefix: 'team/adobe',
      credentials: {
        fusion: { product: 'workfront-fusion', renewBefore: 'PT8H', keyArn },
        own: { scopes: ['openid', 'AdobeID'], clientSecretArn, clientSecretKeyArn: keyArn },
        rotating: {
          clientSecretRotation: true,
          clientSecretRotationSchedule: 'cron(0 4 ? * MON *)',
        },
      },
      tickMinutes: 30,
      timeoutMinutes: 5,
      shards: 4,
      shardStems: ['customer-'],
      concurrency: 16,
      imsRequestsPerSecond: 20,
      writesPerSecond: 30,
      alarms: { topicArn, thresholds: { pagePercent: 20, urgentPercent: 5 } },
      dashboard: false,
      keyArn,
      vpcId: 'vpc-0123456789abcdef0',
      subnetIds: ['subnet-0123456789abcdef0'],
      securityGroupIds: ['sg-0123456789abcdef0'],
      proxy: {
        url: 'http://proxy.example.com:8080',
        exceptions: ['.example.com'],
        secretArn: clientSecretArn,
        secretKeyArn: keyArn,
      },
      caCertificates: 'company-ca.pem',
      logRetentionDays: 365,
      validate: true,
      nativeRotation: true,
      retainSecrets: false,
      tracing: true,
    };
    expect(parseSettings(settings)).toEqual(settings);
    expect(parseSettings(JSON.stringify(settings))).toEqual(settings);
  });

  it('rejects a proxy with a password without showing it', () => {
    const url = 'http://user:the-password@proxy.example.com:8080';
    const proxy = { url, exceptions: ['https://a.test'], secretKeyArn: keyArn };
    const problems = problemsOf({ proxy });
    expect(problems).toEqual([
      'proxy.url: must have no user name or password, which everybody who can read the template ' +
        'would see: keep them in a secret, and name it in proxy.secretArn',
      'proxy.exceptions.0: must be a host, for example .example.com or 10.0.0.7; it is "https://a.test"',
      'proxy.secretKeyArn: needs the secretArn that it encrypts',
    ]);
    expect(problems.join()).not.toContain('the-password');
  });

  it('rejects shards that could not take turns or divide a pace, and stems without shards', () => {
    expect(problemsOf({ shards: 11, shardStems: ['Customer', 5] })).toEqual([
      'shards: must be a whole number from 1 to 10; it is 11',
      'shardStems.0: must be the beginning of credential names: lower-case letters, digits and ' +
        'hyphens, 1 to 63 characters, not starting with a hyphen; it is "Customer"',
      'shardStems.1: must be the beginning of credential names: lower-case letters, digits and ' +
        'hyphens, 1 to 63 characters, not starting with a hyphen; it is 5',
    ]);
    // A number that cannot be has no turns to take.
    expect(problemsOf({ shards: 0, tickMinutes: 25 })).toEqual([
      'shards: must be a whole number from 1 to 10; it is 0',
    ]);
    expect(problemsOf({ shards: 4, tickMinutes: 25 })).toEqual([
      'tickMinutes: must divide an hour or, in whole hours, a day, and be at least 4 minutes, so ' +
        'that 4 shards can take turns; it is 25 minutes',
    ]);
    expect(problemsOf({ shardStems: ['customer-'] })).toEqual([
      'shardStems: needs the shards among which the stems divide the credentials',
    ]);
    const paces = { imsRequestsPerSecond: 3, writesPerSecond: 4, concurrency: 1 };
    expect(problemsOf({ shards: 4, ...paces })).toEqual([
      'imsRequestsPerSecond: must be at least 4, because 4 shards divide it; it is 3',
    ]);
    expect(problemsOf({ shards: 4, writesPerSecond: 0 })).toEqual([
      'writesPerSecond: must be a whole number from 1 to 50; it is 0',
    ]);
    const stems = Array.from({ length: 21 }, (_, index) => `s${index}`);
    expect(problemsOf({ shards: 2, shardStems: stems })).toEqual([
      'shardStems: must be at most 20 stems',
    ]);
  });

  it('accepts no credential, as all of them can be onboarded at run time', () => {
    expect(parseSettings({})).toEqual({ credentials: {} });
  });

  it('reports all problems at once, conflicts included', () => {
    expect(
      problemsOf({
        credentials: {
          'Not A Name': {},
          fusion: { product: 5, scopes: ['a b'], scope: 'x', renewBefore: 'PT4H' },
        },
        interval: 1,
        tickMinutes: 10,
      }),
    ).toEqual([
      expect.stringMatching(
        /^credentials\.Not A Name: the name of a credential must be lower-case letters/,
      ),
      expect.stringMatching(/^credentials\.fusion\.product: must be one of workfront-fusion, /),
      expect.stringMatching(/^credentials\.fusion\.scopes: holds "a b"; scopes are kept in a tag/),
      'credentials.fusion.scope: is unknown; the settings here are product, scopes, renewBefore, ' +
        'clientSecretArn, clientSecretKeyArn, clientSecretRotation, ' +
        'clientSecretRotationSchedule, keyArn',
      expect.stringMatching(/^interval: is unknown; the settings here are rotatorName, prefix, /),
      'tickMinutes: must be longer than the time-out (10 minutes), or runs would overlap; ' +
        'it is 10 minutes',
      'credentials.fusion.scopes: conflicts with product; give one of them',
      expect.stringMatching(
        /^credentials\.fusion\.renewBefore: renewBefore leaves 4 h; it must leave /,
      ),
    ]);
  });

  it.each([
    ['missing settings', undefined, /^must be an object; it is undefined$/],
    [
      'text that is not JSON',
      '{fusion}',
      /^must be valid JSON: Expected property name .* position 1/,
    ],
    ['a list', [], /^must be an object, not a list$/],
    [
      'an invalid rotator name',
      { rotatorName: 'a b' },
      /^rotatorName: must be letters, digits and hyph/,
    ],
    ['an invalid prefix', { prefix: '/a/' }, /^prefix: must be parts of letters, digits/],
    [
      'the prefix of all rotators',
      { prefix: 'ims-token-rotator' },
      /^prefix: is that of every rotator: this one could read the secrets of all others; use /,
    ],
    ['a proxy without its URL', { proxy: {} }, /^proxy\.url: is missing$/],
    ['a proxy that is no object', { proxy: 'http://p' }, /^proxy: must be an object; it is "http/],
    [
      'credentials that are no object',
      { credentials: 5 },
      /^credentials: must be an object of credentials/,
    ],
    [
      'a tick given as text',
      { tickMinutes: '15' },
      /^tickMinutes: must be a whole number from 3 to/,
    ],
    [
      'a tick of 0',
      { tickMinutes: 0 },
      /^tickMinutes: must be a whole number from 3 to 1440; it is 0$/,
    ],
    [
      'a time-out beyond the limit',
      { timeoutMinutes: 16, tickMinutes: 20 },
      /^timeoutMinutes: must be a/,
    ],
    [
      'an invalid e-mail address',
      { alarms: { emails: ['a'] } },
      /^alarms\.emails\.0: must be an e-mail/,
    ],
    [
      'a topic by name',
      { alarms: { topicArn: 'x' } },
      /^alarms\.topicArn: must be an ARN, for example/,
    ],
    [
      'a threshold beyond the limit',
      pagePercent(60),
      /^alarms\.thresholds\.pagePercent: must be a number/,
    ],
    [
      'a key alias',
      { keyArn: 'alias/x' },
      /^keyArn: must be an ARN, .*not an alias\); it is "alias\/x"$/,
    ],
    [
      'a VPC by name',
      { vpcId: 'main', subnetIds: ['subnet-01234567'] },
      /^vpcId: must be an id, for example vpc-0123456789abcdef0; it is "main"$/,
    ],
    [
      'a subnet by name',
      { vpcId: 'vpc-01234567', subnetIds: ['private'] },
      /^subnetIds\.0: must be an id, for example subnet-0123456789abcdef0; it is "private"$/,
    ],
    [
      'a log retention that CloudWatch lacks',
      { logRetentionDays: 10 },
      /^logRetentionDays: must be one of 1, 3, 5,/,
    ],
    [
      'a switch given as text',
      { validate: 'yes' },
      /^validate: must be true or false; it is "yes"$/,
    ],
    [
      'an unknown product',
      withFusion({ product: 'x' }),
      /fusion\.product: must be one of .*scopes/,
    ],
    [
      'scopes given as text',
      withFusion({ scopes: 'a' }),
      /fusion\.scopes: must be a list of scopes; it is "a"$/,
    ],
    ['empty scopes', withFusion({ scopes: [] }), /fusion\.scopes: is empty; /],
    [
      'scopes that do not fit into a tag',
      withFusion({ scopes: ['a'.repeat(128), 'b'.repeat(128)] }),
      /fusion\.scopes: has 257 characters; scopes are kept in a tag/,
    ],
    [
      'an invalid duration',
      withFusion({ renewBefore: '8h' }),
      /fusion\.renewBefore: must be an ISO 8601 duration .*for example PT8H; it is "8h"$/,
    ],
    [
      'a client secret by partial ARN',
      withFusion({ clientSecretArn: clientSecretArn.slice(0, -7) }),
      /fusion\.clientSecretArn: must be an ARN, .*complete, with the six random characters at its end\); it is "arn:.*adobe"$/,
    ],
  ])('rejects %s', (_, settings, message) => {
    expect(problemsOf(settings)).toEqual([expect.stringMatching(message)]);
  });

  it.each([
    [
      'scopes beside a product',
      withFusion({ product: 'firefly', scopes: ['openid'] }),
      'credentials.fusion.scopes: conflicts with product; give one of them',
    ],
    [
      'the key of a client secret that is not given',
      withFusion({ clientSecretKeyArn: keyArn }),
      'credentials.fusion.clientSecretKeyArn: needs clientSecretArn; use keyArn for the ' +
        'secrets that the stack creates',
    ],
    [
      'a VPC without subnets',
      { vpcId: 'vpc-01234567' },
      'subnetIds: is missing: list private subnets of the VPC that have a route to Adobe IMS',
    ],
    [
      'subnets without a VPC',
      { subnetIds: ['subnet-01234567'] },
      'subnetIds: needs the vpcId that they belong to',
    ],
    [
      'security groups without a VPC',
      { securityGroupIds: ['sg-01234567'] },
      'securityGroupIds: needs the vpcId that they belong to',
    ],
    [
      'e-mail addresses beside a topic',
      { alarms: { emails: ['ops@example.com'], topicArn } },
      'alarms.emails: conflicts with topicArn; subscribe the addresses to that topic',
    ],
    [
      'an urgent threshold above the page threshold',
      { alarms: { thresholds: { pagePercent: 5, urgentPercent: 10 } } },
      'alarms.thresholds: pagePercent is 5 and urgentPercent is 10; both must be above 0 and below ' +
        '50, and urgentPercent must be the lower one',
    ],
    [
      'a tick shorter than the default time-out',
      { tickMinutes: 5 },
      'tickMinutes: must be longer than the time-out (10 minutes), or runs would overlap; ' +
        'it is 5 minutes',
    ],
    [
      'a tick too long for the alarm on silence',
      { tickMinutes: 173 },
      'tickMinutes: renewal at half a token’s lifetime leaves 12 h; it must leave at least 12 h 2 min: ' +
        'four ticks and half an hour, so that the alarm on silence is raised before a token ' +
        'expires; shorten the tick',
    ],
    [
      'a renewal too late for the alarm on silence',
      { ...withFusion({ renewBefore: 'PT8H' }), tickMinutes: 120 },
      'credentials.fusion.renewBefore: renewBefore leaves 8 h; it must leave at least 8 h 30 min: ' +
        'four ticks and half an hour, so that the alarm on silence is raised before a token ' +
        'expires; shorten the tick, or raise renewBefore',
    ],
    [
      'a page threshold below which a token can expire between two ticks',
      { tickMinutes: 60, alarms: { thresholds: { pagePercent: 6.2 } } },
      'alarms.thresholds: pagePercent is 6.2, or 1 h 29 min of 24 hours; it must be at least 6.3, ' +
        'a tick (60 min) and half an hour, or a token could expire before the alarm is raised; ' +
        'raise pagePercent, or shorten the tick',
    ],
    [
      'a renewal too late for a retry before the page',
      { ...withFusion({ renewBefore: 'PT4H20M' }) },
      'credentials.fusion.renewBefore: renewBefore leaves 4 h 20 min; it must leave at least 4 h 21 min: the ' +
        'page threshold (16 % of 24 h) and two ticks, so that a failed renewal is retried before ' +
        'anyone is paged',
    ],
  ])('rejects the conflict: %s', (_, settings, message) => {
    expect(problemsOf(settings)).toEqual([message]);
  });

  it('accepts the latest renewal that leaves time for a retry', () => {
    expect(problemsOf(withFusion({ renewBefore: 'PT4H21M' }))).toEqual([]);
  });

  it('accepts the longest tick, and the lowest page threshold, that leave half an hour', () => {
    expect(problemsOf({ tickMinutes: 172 })).toEqual([]);
    expect(problemsOf({ tickMinutes: 60, ...pagePercent(6.3) })).toEqual([]);
  });
});

function withFusion(fusion: object): object {
  return { credentials: { fusion } };
}

function pagePercent(percent: number): object {
  return { alarms: { thresholds: { pagePercent: percent } } };
}
