import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../../infra/app/settings.ts';

/** The lines that tell what is wrong, without the key that they all begin with. */
function problemsOf(settings: unknown): readonly string[] {
  try {
    parseSettings(settings);
  } catch (error) {
    const lines = (error as Error).message.split('\n');
    expect(lines[0]).toBe('the context in cdk.json is not right:');
    return lines.slice(1).map((line) => line.replace(/^- ims-token-rotator[.:] ?/, ''));
  }
  return [];
}

const account = 'arn:aws:%:eu-west-1:111122223333';
const keyArn = `${account.replace('%', 'kms')}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const topicArn = `${account.replace('%', 'sns')}:pager`;
const clientSecretArn = `${account.replace('%', 'secretsmanager')}:secret:team/adobe-AbCdEf`;

describe('parseSettings', () => {
  it('takes what cdk.json holds', () => {
    const { context } = JSON.parse(
      readFileSync(new URL('../../../cdk.json', import.meta.url), 'utf8'),
    );
    expect(parseSettings(context['ims-token-rotator'])).toEqual(context['ims-token-rotator']);
  });

  it('takes every setting, as JSON text too', () => {
    const settings = {
      rotatorName: 'prod',
      prefix: 'team/adobe',
      credentials: {
        fusion: { product: 'workfront-fusion', renewBefore: 'PT8H', keyArn },
        own: { scopes: ['openid', 'AdobeID'], clientSecretArn, clientSecretKeyArn: keyArn },
      },
      tickMinutes: 30,
      timeoutMinutes: 5,
      alarms: { topicArn, thresholds: { pagePercent: 20, urgentPercent: 5 } },
      dashboard: false,
      keyArn,
      vpcId: 'vpc-0123456789abcdef0',
      subnetIds: ['subnet-0123456789abcdef0'],
      securityGroupIds: ['sg-0123456789abcdef0'],
      logRetentionDays: 365,
      validate: true,
      nativeRotation: true,
      retainSecrets: false,
      tracing: true,
    };
    expect(parseSettings(settings)).toEqual(settings);
    expect(parseSettings(JSON.stringify(settings))).toEqual(settings);
  });

  it('needs no credential: all of them may be onboarded at run time', () => {
    expect(parseSettings({})).toEqual({ credentials: {} });
  });

  it('tells all that is wrong at once, whatever kind of wrong it is', () => {
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
      expect.stringMatching(/^credentials\.Not A Name: is no credential name: lower-case letters/),
      expect.stringMatching(/^credentials\.fusion\.product: must be one of workfront-fusion, /),
      expect.stringMatching(/^credentials\.fusion\.scopes: holds "a b"; they are kept in a tag/),
      'credentials.fusion.scope: is not a setting; known are product, scopes, renewBefore, ' +
        'clientSecretArn, clientSecretKeyArn, keyArn',
      expect.stringMatching(/^interval: is not a setting; known are rotatorName, prefix, /),
      'tickMinutes: must be more than timeoutMinutes (10), or runs would overlap',
      'credentials.fusion.scopes: not together with product: give either',
      expect.stringMatching(
        /^credentials\.fusion\.renewBefore: renewBefore leaves 4 h; it must be /,
      ),
    ]);
  });

  it.each([
    ['the key is missing', undefined, /^must be an object$/],
    ['it is not JSON', '{fusion}', /^must be JSON when it is given as text$/],
    ['it is a list', [], /^.*must be an object/],
    ['a name is wrong', { rotatorName: 'a b' }, /^rotatorName: must be letters, digits and hyph/],
    ['the prefix is wrong', { prefix: '/a/' }, /^prefix: must be parts of letters, digits/],
    [
      'credentials are a list',
      { credentials: 5 },
      /^credentials: must be an object of credentials/,
    ],
    ['the tick is a text', { tickMinutes: '15' }, /^tickMinutes: must be a whole number from 2 to/],
    ['the tick is 0', { tickMinutes: 0 }, /^tickMinutes: must be a whole number from 2 to 1440$/],
    ['the time-out is long', { timeoutMinutes: 16, tickMinutes: 20 }, /^timeoutMinutes: must be a/],
    ['an address is wrong', { alarms: { emails: ['a'] } }, /^alarms\.emails\.0: must be an e-mail/],
    [
      'a topic is a name',
      { alarms: { topicArn: 'x' } },
      /^alarms\.topicArn: must be an ARN such as/,
    ],
    ['a threshold is high', pagePercent(60), /^alarms\.thresholds\.pagePercent: must be a number/],
    ['a key is an alias', { keyArn: 'alias/x' }, /^keyArn: must be an ARN .*not an alias/],
    [
      'a VPC is a name',
      { vpcId: 'main', subnetIds: ['subnet-01234567'] },
      /^vpcId: must be the id of a VPC/,
    ],
    [
      'a subnet is a name',
      { vpcId: 'vpc-01234567', subnetIds: ['private'] },
      /^subnetIds\.0: must be an id such as subnet-0123456789abcdef0$/,
    ],
    ['logs are kept oddly', { logRetentionDays: 10 }, /^logRetentionDays: must be one of 1, 3, 5,/],
    ['a switch is a text', { validate: 'yes' }, /^validate: must be true or false$/],
    [
      'a product is unknown',
      withFusion({ product: 'x' }),
      /fusion\.product: must be one of .*scopes/,
    ],
    ['scopes are a text', withFusion({ scopes: 'a' }), /fusion\.scopes: must be a list of scopes$/],
    ['scopes are empty', withFusion({ scopes: [] }), /fusion\.scopes: is empty; /],
    [
      'scopes do not fit a tag',
      withFusion({ scopes: ['a'.repeat(128), 'b'.repeat(128)] }),
      /fusion\.scopes: has 257 characters; they are kept in a tag/,
    ],
    [
      'a duration is no duration',
      withFusion({ renewBefore: '8h' }),
      /fusion\.renewBefore: must be an ISO 8601 duration .*such as PT8H$/,
    ],
    [
      'a client secret is by name',
      withFusion({ clientSecretArn: clientSecretArn.slice(0, -7) }),
      /fusion\.clientSecretArn: must be an ARN .*complete with the six characters at its end$/,
    ],
  ])('refuses when %s', (_, settings, message) => {
    expect(problemsOf(settings)).toEqual([expect.stringMatching(message)]);
  });

  it.each([
    [
      'product and scopes',
      withFusion({ product: 'firefly', scopes: ['openid'] }),
      'credentials.fusion.scopes: not together with product: give either',
    ],
    [
      'a key of no client secret',
      withFusion({ clientSecretKeyArn: keyArn }),
      'credentials.fusion.clientSecretKeyArn: needs clientSecretArn; the key of new secrets is keyArn',
    ],
    [
      'a VPC without subnets',
      { vpcId: 'vpc-01234567' },
      'subnetIds: is missing: name private subnets of the VPC, with a way to Adobe IMS',
    ],
    [
      'subnets without a VPC',
      { subnetIds: ['subnet-01234567'] },
      'subnetIds: needs the vpcId that they are in',
    ],
    [
      'security groups without a VPC',
      { securityGroupIds: ['sg-01234567'] },
      'securityGroupIds: needs the vpcId that they are in',
    ],
    [
      'e-mails and a topic',
      { alarms: { emails: ['ops@example.com'], topicArn } },
      'alarms.emails: not together with topicArn: subscribe the addresses to that topic',
    ],
    [
      'the urgent threshold above the first',
      { alarms: { thresholds: { pagePercent: 5, urgentPercent: 10 } } },
      'alarms.thresholds: pagePercent is 5 and urgentPercent 10; they must be above 0 and below 50, ' +
        'urgentPercent the lower one',
    ],
    [
      'a time-out that leaves no time to validate',
      { validate: true, timeoutMinutes: 1 },
      'timeoutMinutes: must be at least 2 with validate, or no renewal would be begun',
    ],
    [
      'a tick below the time-out',
      { tickMinutes: 5 },
      'tickMinutes: must be more than timeoutMinutes (10), or runs would overlap',
    ],
    [
      'a tick so long that a failure pages at once',
      { tickMinutes: 300 },
      'tickMinutes: half a token’s lifetime, when it is renewed, leaves 12 h; it must be at least ' +
        '13.84 h: the page threshold (16 % of 24 h) and two ticks, so that a failed renewal is ' +
        'tried again before anyone is paged',
    ],
    [
      'a renewal after the page',
      { ...withFusion({ renewBefore: 'PT4H20M' }) },
      'credentials.fusion.renewBefore: renewBefore leaves 4.33 h; it must be at least 4.34 h: the ' +
        'page threshold (16 % of 24 h) and two ticks, so that a failed renewal is tried again ' +
        'before anyone is paged',
    ],
  ])('refuses what cannot work together: %s', (_, settings, message) => {
    expect(problemsOf(settings)).toEqual([message]);
  });

  it('takes a renewal just before the page', () => {
    expect(problemsOf(withFusion({ renewBefore: 'PT4H21M' }))).toEqual([]);
  });
});

function withFusion(fusion: object): object {
  return { credentials: { fusion } };
}

function pagePercent(percent: number): object {
  return { alarms: { thresholds: { pagePercent: percent } } };
}
