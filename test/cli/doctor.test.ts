import { DeleteSecretCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import {
  environmentVariables,
  metricDimension,
  metricNamespace,
  tagKeys,
} from '../../core/contract.ts';
import { RunningProcess } from '../support/run-process.ts';
import { type Operator, program, startOperator } from './operator.ts';
import {
  api,
  checksOf,
  type Found,
  putClient,
  secretOf,
  startHealthy,
  tagToken,
} from './patient.ts';

type Harm = (operator: Operator) => void | Promise<void>;

describe('doctor', () => {
  it('passes every check of a healthy rotator', async () => {
    const operator = await startHealthy();
    const { code, checks } = await checksOf(operator, 'fusion', '--mint', ...api(operator));
    expect(code).toBe(0);
    // The project of the credential lacks the I/O Management API, as most do.
    const last = checks.findIndex(({ check }) => check === 'secrets at Adobe');
    expect(checks.splice(last, 1)).toMatchObject([{ verdict: 'unknown' }]);
    expect(checks.map(({ check, verdict }) => `${check}: ${verdict}`)).toEqual(
      [
        'network',
        'AWS credentials',
        'clock',
        'function',
        'schedule',
        'last tick',
        'alarms',
        'alarm recipients',
        'mute rules',
        'own prefix',
        'other rotators',
        'token secret',
        'client secret',
        'credential',
        'keys enabled',
        'not paused',
        'settings',
        'token rotation',
        'token',
        'stored value',
        'IMS',
        'token at IMS',
        'mint',
        'client rotation',
        'product',
      ].map((check) => `${check}: ok`),
    );
    expect(operator.world.ims.mintCount).toBe(2);
  });

  it('neither mints nor calls a product unless asked to, and says so', async () => {
    const operator = await startHealthy();
    const { find } = await checksOf(operator, 'fusion');
    expect(find('mint')).toMatchObject({ verdict: 'unknown', detail: 'not attempted' });
    expect(find('product')).toMatchObject({ verdict: 'unknown', detail: 'not called' });
    expect(operator.world.ims.mintCount).toBe(1);
  });

  it('prints a line for each check, with the fix', async () => {
    const operator = await startHealthy();
    await tagToken(operator, tagKeys.paused, 'true');
    const { code, stdout } = await operator.cli('doctor', 'fusion');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^AWS\n {2}✓ network {10}direct\n {2}✓ AWS credentials {2}arn:aws:iam::\S+, in us-east-1\n/,
    );
    expect(stdout).toContain('rotator local\n  ✓ function ');
    expect(stdout).toContain(
      '  ✗ not paused       the credential is paused\n                     → find out first who paused it, and why; then: ims-token-rotator resume fusion\n',
    );
    expect(stdout).toMatch(/ {2}\? mint {13}not attempted\n/);
  });

  it('checks the rotator and the state of all credentials when no name is given', async () => {
    const operator = await startHealthy();
    expect((await checksOf(operator)).find('state')).toMatchObject({ verdict: 'ok' });
    const other = await operator.onboard('other');
    operator.world.ims.removeClient(other.clientId);
    await operator.invoke({ action: 'tick' });
    expect((await checksOf(operator)).find('state')).toMatchObject({
      verdict: 'failed',
      detail: '1 of 2: other (failing)',
      fix: 'ims-token-rotator doctor other',
    });
  });

  const withTopic = (operator: Operator, confirmed: boolean): void => {
    const { subscriptions } = operator.world.aws.account;
    const [first] = subscriptions.splice(0);
    if (first !== undefined) subscriptions.push({ ...first, confirmed });
  };

  it.each<[check: string, harm: Harm, detail: RegExp]>([
    [
      'clock',
      ({ world }) => {
        world.aws.clockOffsetMs = -15 * 60_000;
      },
      /^this machine is 1[45] min ahead of AWS$/,
    ],
    [
      'schedule',
      ({ world }) => {
        const { schedules } = world.aws.account;
        for (const [name, schedule] of schedules) {
          schedules.set(name, { ...schedule, state: 'DISABLED' });
        }
      },
      /is disabled: no token is renewed$/,
    ],
    ['schedule', ({ world }) => world.aws.account.schedules.clear(), /^no schedule invokes/],
    ['alarms', ({ world }) => world.aws.account.alarms.clear(), /^no alarm watches the rotator$/],
    [
      'alarms',
      ({ world }) => {
        const { alarms } = world.aws.account;
        const [name, alarm] =
          [...alarms].find(([, { metricName }]) => metricName === 'Failing') ?? [];
        if (name && alarm) alarms.set(name, { ...alarm, stateValue: 'ALARM' });
      },
      /^raised: \S*[Ff]ailing\S*$/,
    ],
    [
      'alarms',
      ({ world }) => {
        const { alarms } = world.aws.account;
        const [name, alarm] =
          [...alarms].find(([, { metricName }]) => metricName === 'Throttles') ?? [];
        if (name && alarm) alarms.set(name, { ...alarm, stateValue: 'ALARM' });
      },
      /^raised: \S*throttles\S*$/,
    ],
    ['alarm recipients', (operator) => withTopic(operator, false), /^not confirmed: oncall@/],
    [
      'alarms',
      ({ world }) => {
        world.aws.account.alarms.delete('rotator-local-silence');
      },
      /^no alarm watches Ticks$/,
    ],
    [
      'function',
      ({ world }) => {
        const state = { State: 'Failed', StateReason: 'no image' };
        world.lambda.configurationOverrides.set(world.functionName, state);
      },
      /^rotator-local is Failed: no image$/,
    ],
    [
      'IMS',
      ({ world }) => world.ims.faults.inject({ kind: 'server-error', status: 403, body: 'html' }),
      /responded with 403, not as IMS does$/,
    ],
    [
      'alarm recipients',
      ({ world }) => {
        world.aws.account.subscriptions.splice(0);
      },
      /^the topic has no subscriber$/,
    ],
    [
      'alarm recipients',
      ({ world }) => {
        const { alarms } = world.aws.account;
        for (const [name, alarm] of alarms) alarms.set(name, { ...alarm, alarmActions: [] });
      },
      /^alarms notify nobody$/,
    ],
    [
      'alarm recipients',
      ({ world }) => {
        const { alarms } = world.aws.account;
        for (const [name, alarm] of alarms) alarms.set(name, { ...alarm, actionsEnabled: false });
      },
      /^actions disabled: /,
    ],
    [
      'token secret',
      async (operator) => {
        const SecretId = secretOf(operator, 'token');
        await operator.client.send(new DeleteSecretCommand({ SecretId }));
      },
      /token is scheduled for deletion$/,
    ],
    [
      'client secret',
      async (operator) => {
        const SecretId = secretOf(operator, 'client');
        const ForceDeleteWithoutRecovery = true;
        await operator.client.send(
          new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery }),
        );
      },
      /^there is no secret \S+client$/,
    ],
    [
      'credential',
      (operator) => putClient(operator, '{}'),
      /a credential has client_id, client_secret/,
    ],
    [
      'not paused',
      (operator) => tagToken(operator, tagKeys.paused, 'true'),
      /^the credential is paused$/,
    ],
    [
      'client rotation',
      async (operator) => {
        const Tags = [{ Key: tagKeys.rotation, Value: 'retierd' }];
        const SecretId = secretOf(operator, 'client');
        await operator.client.send(new TagResourceCommand({ SecretId, Tags }));
      },
      /^the tag ims-token-rotator:rotation is "retierd", which says nothing$/,
    ],
    [
      'token',
      async (operator) => {
        await putClient(operator, '{}');
        await operator.invoke({ action: 'tick' });
      },
      /^the client secret's value is not a valid credential \(ERR_CREDENTIAL_INVALID\); \d/,
    ],
    [
      'token at IMS',
      async (operator) => {
        const stored = await operator.read('fusion');
        operator.world.ims.revoke(String(stored?.token['access_token']));
      },
      /^IMS rejects the stored token/,
    ],
    [
      'IMS',
      ({ environment }) => {
        environment['IMS_ENDPOINT_URL'] = 'http://127.0.0.1:9';
      },
      /^http:\/\/127.0.0.1:9 is unreachable from here: /,
    ],
    [
      'IMS',
      ({ world }) => world.ims.faults.inject({ kind: 'server-error', status: 503 }),
      /responded with 503, not as IMS does$/,
    ],
  ])('fails the check: %s', async (check, harm, detail) => {
    const operator = await startHealthy();
    await harm(operator);
    const found = (await checksOf(operator, 'fusion')).find(check);
    expect(found).toMatchObject({ verdict: 'failed', detail: expect.stringMatching(detail) });
    expect(found.fix).toMatch(/\S/);
  });

  it('fails the function when none is deployed, and repeats that fix alone', async () => {
    const operator = await startOperator();
    const { find } = await checksOf(operator, 'fusion', '--rotator', 'other');
    expect(find('function')).toMatchObject({
      verdict: 'failed',
      detail: 'no function of the rotator other is deployed in this account and Region',
    });
    const { fix: advice } = find('function');
    const rest = [
      'schedule',
      'last tick',
      'alarms',
      'alarm recipients',
      'mute rules',
      'own prefix',
    ];
    for (const check of rest) {
      const { verdict, fix = advice } = find(check);
      expect([check, verdict, fix]).toEqual([check, 'unknown', advice]);
    }
    expect(find('token secret')).toMatchObject({ verdict: 'failed', fix: advice });
  });

  it('fails the last tick when there was none for a while', async () => {
    const operator = await startOperator();
    await operator.onboard('fusion');
    const none = (await checksOf(operator)).find('last tick');
    expect(none).toMatchObject({ verdict: 'failed', detail: 'none in the last 3 h' });
    operator.world.aws.account.recordMetric({
      namespace: metricNamespace,
      name: 'Ticks',
      dimensions: { [metricDimension]: 'local' },
      at: Date.now() - 2 * 3_600_000,
      value: 1,
    });
    const old = (await checksOf(operator)).find('last tick');
    expect(old.verdict).toBe('failed');
    expect(old.detail).toMatch(/^(2 h|1 h 59 min)( \d min)? ago, but one is due every 15 min$/);
  });

  it('fails the last tick if somebody feigns it', async () => {
    const operator = await startOperator();
    await operator.onboard('fusion');
    const { account } = operator.world.aws;
    const at = Date.now() - 60_000;
    const dimensions = { [metricDimension]: 'local' };
    account.recordMetric({ namespace: metricNamespace, name: 'Ticks', dimensions, at, value: 1 });
    expect((await checksOf(operator)).find('last tick')).toMatchObject({
      verdict: 'failed',
      detail: expect.stringMatching(
        /^the metric Ticks has one [1-9] min ago, but Lambda has counted no invocation of the function$/,
      ),
      fix: expect.stringContaining('CloudTrail'),
    });
  });

  it('continues when the clock is wrong', async () => {
    const operator = await startHealthy();
    operator.world.aws.clockOffsetMs = -15 * 60_000;
    expect((await checksOf(operator, 'fusion')).find('token at IMS')).toMatchObject({
      verdict: 'ok',
    });
  });

  it('exits with 130 on Ctrl-C, even during a request to IMS', async () => {
    const operator = await startHealthy();
    const when = ({ path }: { path: string }): boolean => path === '/ims/validate_token/v1';
    operator.world.ims.faults.inject({ kind: 'slow-headers' }, { when });
    const looking = operator.begin('doctor', 'fusion');
    // The line before the one that does not arrive.
    await looking.printed(/ IMS {2}/);
    looking.signal('SIGINT');
    expect(await looking.exit()).toMatchObject({ code: 130 });
  });

  it('explains why it cannot find the rotator', async () => {
    const operator = await startOperator({
      environment: { [environmentVariables.tickSeconds]: 'often' },
    });
    expect((await checksOf(operator)).find('rotator')).toMatchObject({
      verdict: 'failed',
      detail: expect.stringContaining('rotator-local cannot run'),
    });
  });

  it('stops when AWS rejects the credentials, and says how to fix it', async () => {
    const operator = await startOperator();
    const {
      AWS_ACCESS_KEY_ID: _,
      AWS_SECRET_ACCESS_KEY: __,
      ...environment
    } = operator.environment;
    const args = ['doctor', '--json'];
    const { code, stdout } = await new RunningProcess(program, args, environment).exit();
    expect(code).toBe(1);
    const { checks } = JSON.parse(stdout) as { checks: readonly Found[] };
    expect(checks.map(({ check, verdict }) => [check, verdict])).toEqual([
      ['network', 'ok'],
      ['AWS credentials', 'failed'],
      ['clock', 'unknown'],
    ]);
    expect(checks[1]?.fix).toContain('aws sso login');
  });

  it.each([
    ['--mint without a credential', ['--mint']],
    ['a URL that is not of Adobe', ['fusion', '--api', 'https://example.com/x']],
    ['a URL without TLS', ['fusion', '--api', 'http://fusion.adobe.io/x']],
    ['an invalid header', ['fusion', '--api', 'https://fusion.adobe.io/', '--api-header', 'x']],
    [
      'a header that chooses another site on the same servers',
      ['fusion', '--api', 'https://fusion.adobe.io/', '--api-header', 'Host: example.com'],
    ],
    ['a header without a URL', ['fusion', '--api-header', 'a: b']],
  ])('exits with 2 for %s', async (_, args) => {
    const operator = await startOperator();
    const { code, stdout, stderr } = await operator.cli('doctor', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^ERR_USAGE /);
  });

  it('sends nothing to an IMS endpoint that is not of Adobe', async () => {
    const operator = await startHealthy();
    operator.environment['IMS_ENDPOINT_URL'] = 'https://example.com';
    const { code, stderr } = await operator.cli('doctor', 'fusion', '--mint');
    expect(code).toBe(2);
    expect(stderr).toContain('IMS_ENDPOINT_URL must be an origin on loopback, or https under');
  });
});
