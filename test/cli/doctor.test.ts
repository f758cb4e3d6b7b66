import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
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
  withKey,
} from './patient.ts';

type Harm = (operator: Operator) => void | Promise<void>;

describe('doctor', () => {
  it('finds all well where all is well, looked at everything', async () => {
    const operator = await startHealthy();
    const { code, checks } = await checksOf(operator, 'fusion', '--mint', ...api(operator));
    expect(code).toBe(0);
    expect(checks.map(({ check, verdict }) => `${check}: ${verdict}`)).toEqual(
      [
        'AWS credentials',
        'clock',
        'function',
        'schedule',
        'last tick',
        'alarms',
        'alarm recipients',
        'token secret',
        'client secret',
        'credential',
        'keys enabled',
        'not paused',
        'rotation',
        'token',
        'IMS',
        'token at IMS',
        'mint',
        'product',
      ].map((check) => `${check}: ok`),
    );
    expect(operator.world.ims.mintCount).toBe(2);
  });

  it('mints nothing and asks no product unless it is told to, and says so', async () => {
    const operator = await startHealthy();
    const { find } = await checksOf(operator, 'fusion');
    expect(find('mint')).toMatchObject({ verdict: 'unknown', detail: 'not tried' });
    expect(find('product')).toMatchObject({ verdict: 'unknown', detail: 'not asked' });
    expect(operator.world.ims.mintCount).toBe(1);
  });

  it('prints a line for each, with what to do', async () => {
    const operator = await startHealthy();
    await tagToken(operator, 'paused', 'true');
    const { code, stdout } = await operator.cli('doctor', 'fusion');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^AWS\n {2}✓ AWS credentials {2}arn:aws:iam::\S+, in us-east-1\n/);
    expect(stdout).toContain('rotator local\n  ✓ function ');
    expect(stdout).toContain(
      '  ✗ not paused       somebody has paused it\n                     → ims-token-rotator resume fusion\n',
    );
    expect(stdout).toMatch(/ {2}\? mint {13}not tried\n/);
  });

  it('without a name looks at the rotator, and at all credentials by their metadata', async () => {
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
      /is disabled: nothing is renewed$/,
    ],
    ['schedule', ({ world }) => world.aws.account.schedules.clear(), /^no schedule calls/],
    ['alarms', ({ world }) => world.aws.account.alarms.clear(), /^nothing watches the rotator$/],
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
      /^nothing watches Ticks$/,
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
      /answered 403, and not as IMS does$/,
    ],
    [
      'alarm recipients',
      ({ world }) => {
        world.aws.account.subscriptions.splice(0);
      },
      /^nobody has subscribed/,
    ],
    [
      'alarm recipients',
      ({ world }) => {
        const { alarms } = world.aws.account;
        for (const [name, alarm] of alarms) alarms.set(name, { ...alarm, alarmActions: [] });
      },
      /^alarms are raised, and nobody is told$/,
    ],
    [
      'alarm recipients',
      ({ world }) => {
        const { alarms } = world.aws.account;
        for (const [name, alarm] of alarms) alarms.set(name, { ...alarm, actionsEnabled: false });
      },
      /^switched off: /,
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
    ['credential', (operator) => putClient(operator, '{}'), /client_id is missing; client_secret/],
    ['not paused', (operator) => tagToken(operator, 'paused', 'true'), /^somebody has paused it$/],
    [
      'token',
      async (operator) => {
        await putClient(operator, '{}');
        await operator.invoke({ action: 'tick' });
      },
      /^the client secret's value is not a credential \(ERR_CREDENTIAL_INVALID\); \d/,
    ],
    [
      'token at IMS',
      async (operator) => {
        const stored = await operator.read('fusion');
        operator.world.ims.revoke(String(stored?.token['access_token']));
      },
      /^IMS does not take the stored token/,
    ],
    [
      'IMS',
      ({ environment }) => {
        environment['IMS_ENDPOINT_URL'] = 'http://127.0.0.1:9';
      },
      /^http:\/\/127.0.0.1:9 is not reachable from here: /,
    ],
    [
      'IMS',
      ({ world }) => world.ims.faults.inject({ kind: 'server-error', status: 503 }),
      /answered 503, and not as IMS does$/,
    ],
  ])('%s fails', async (check, harm, detail) => {
    const operator = await startHealthy();
    await harm(operator);
    const found = (await checksOf(operator, 'fusion')).find(check);
    expect(found).toMatchObject({ verdict: 'failed', detail: expect.stringMatching(detail) });
    expect(found.fix).toMatch(/\S/);
  });

  it('function fails where none is deployed, and all that rests on it is unknown', async () => {
    const operator = await startOperator();
    const { find } = await checksOf(operator, 'fusion', '--rotator', 'other');
    expect(find('function')).toMatchObject({
      verdict: 'failed',
      detail: 'no function of the rotator other is deployed in this account and Region',
    });
    expect(find('schedule')).toMatchObject({ verdict: 'unknown' });
    expect(find('last tick')).toMatchObject({ verdict: 'failed' });
  });

  it('last tick fails when there was none for a while', async () => {
    const operator = await startOperator();
    await operator.onboard('fusion');
    const none = (await checksOf(operator)).find('last tick');
    expect(none).toMatchObject({ verdict: 'failed', detail: 'none in the last 3 h' });
    operator.world.aws.account.recordMetric({
      namespace: 'ImsTokenRotator',
      name: 'Ticks',
      dimensions: { rotator: 'local' },
      at: Date.now() - 2 * 3_600_000,
      value: 1,
    });
    const old = (await checksOf(operator)).find('last tick');
    expect(old.verdict).toBe('failed');
    expect(old.detail).toMatch(/^(2 h|1 h 59 min)( \d min)? ago, and there is one every 15 min$/);
  });

  it.each([
    ['function', 'lambda:GetFunctionConfiguration'],
    ['schedule', 'scheduler:ListSchedules'],
    ['last tick', 'cloudwatch:GetMetricData'],
    ['alarms', 'cloudwatch:DescribeAlarmsForMetric'],
    ['alarm recipients', 'sns:ListSubscriptionsByTopic'],
    ['token secret', 'secretsmanager:DescribeSecret'],
    ['client secret', 'secretsmanager:DescribeSecret'],
    ['credential', 'secretsmanager:GetSecretValue'],
    ['token at IMS', 'secretsmanager:GetSecretValue'],
    ['keys enabled', 'kms:DescribeKey'],
    ['not paused', 'secretsmanager:DescribeSecret'],
    ['rotation', 'secretsmanager:DescribeSecret'],
    ['token', 'secretsmanager:DescribeSecret'],
  ])('%s is unknown, with the reason, to who may not do %s', async (check, action) => {
    const denied = { now: false };
    const operator = await startHealthy({
      authorize: (asked) => !(denied.now && asked === action),
    });
    if (check === 'keys enabled') await withKey(operator, 'Enabled');
    denied.now = true;
    const { find } = await checksOf(operator, check === 'keys enabled' ? 'keyed' : 'fusion');
    expect(find(check)).toMatchObject({
      verdict: 'unknown',
      detail: expect.stringContaining(`you may not do ${action}`),
      fix: `use a principal whose policies allow ${action}`,
    });
  });

  it('knows no function where functions may not be listed, and says so', async () => {
    const operator = await startHealthy({
      authorize: (action) => action !== 'lambda:ListFunctions',
    });
    const { find } = await checksOf(operator, 'fusion');
    for (const check of ['function', 'schedule']) {
      expect(find(check)).toMatchObject({
        verdict: 'unknown',
        detail: 'you may not do lambda:ListFunctions',
      });
    }
    expect(find('alarms')).toMatchObject({
      verdict: 'unknown',
      detail: '5, none raised; those on the function were not looked at',
    });
    expect(find('token')).toMatchObject({ verdict: 'ok' });
    const { world } = operator;
    world.secretsManager.seed({ name: `${world.prefix}/imported/token` });
    const imported = await checksOf(operator, 'imported');
    for (const check of ['client secret', 'credential', 'token']) {
      expect(imported.find(check).verdict, check).toBe('unknown');
    }
    const args = ['fusion', '--prefix', world.prefix];
    const unnamed = await checksOf(operator, ...args);
    for (const check of ['last tick', 'alarms']) {
      expect(unnamed.find(check).verdict, check).toBe('unknown');
    }
  });

  it.each(['throttling', 'internal-error', 'reset'] as const)(
    'what AWS did not answer is unknown: %s',
    async (kind) => {
      const operator = await startHealthy();
      operator.world.aws.faults.inject(
        { kind },
        { when: ({ service }) => service === 'scheduler' || service === 'cloudwatch' },
      );
      const { find } = await checksOf(operator);
      for (const check of ['schedule', 'last tick', 'alarms', 'alarm recipients']) {
        expect(find(check).verdict).toBe('unknown');
      }
    },
  );

  it('goes on with a clock that is wrong', async () => {
    const operator = await startHealthy();
    operator.world.aws.clockOffsetMs = -15 * 60_000;
    expect((await checksOf(operator, 'fusion')).find('token at IMS')).toMatchObject({
      verdict: 'ok',
    });
  });

  it('ends with 130 on Ctrl-C, also while it asks IMS', async () => {
    const operator = await startHealthy();
    const when = ({ path }: { path: string }): boolean => path === '/ims/validate_token/v1';
    operator.world.ims.faults.inject({ kind: 'slow-headers' }, { when });
    const looking = operator.begin('doctor', 'fusion');
    // The line before the one that will not come.
    await looking.printed(/ IMS {2}/);
    looking.signal('SIGINT');
    expect(await looking.exit()).toMatchObject({ code: 130 });
  });

  it('says what is wrong with a rotator that it cannot find', async () => {
    const operator = await startOperator({
      environment: { IMS_TOKEN_ROTATOR_TICK_SECONDS: 'often' },
    });
    expect((await checksOf(operator)).find('rotator')).toMatchObject({
      verdict: 'failed',
      detail: expect.stringContaining('rotator-local cannot work'),
    });
  });

  it('stops where AWS takes no credentials, and says what to do', async () => {
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
      ['AWS credentials', 'failed'],
      ['clock', 'unknown'],
    ]);
    expect(checks[0]?.fix).toContain('aws sso login');
  });

  it.each([
    ['--mint without a credential', ['--mint']],
    ['a URL of somebody else', ['fusion', '--api', 'https://example.com/x']],
    ['a URL without TLS', ['fusion', '--api', 'http://fusion.adobe.io/x']],
    ['a header that is none', ['fusion', '--api', 'https://fusion.adobe.io/', '--api-header', 'x']],
    ['a header without a URL', ['fusion', '--api-header', 'a: b']],
  ])('ends with 2 for %s', async (_, args) => {
    const operator = await startOperator();
    const { code, stdout, stderr } = await operator.cli('doctor', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^ERR_USAGE /);
  });

  it('sends nothing to an IMS that is none', async () => {
    const operator = await startHealthy();
    operator.environment['IMS_ENDPOINT_URL'] = 'https://example.com';
    const { code, stderr } = await operator.cli('doctor', 'fusion', '--mint');
    expect(code).toBe(2);
    expect(stderr).toContain('IMS_ENDPOINT_URL must be an origin on loopback, or https under');
  });
});
