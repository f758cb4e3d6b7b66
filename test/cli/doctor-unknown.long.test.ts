import { describe, expect, it } from 'vitest';
import { checksOf, startHealthy, withKey } from './patient.ts';

describe('doctor', () => {
  it.each([
    ['function', 'lambda:GetFunctionConfiguration'],
    ['schedule', 'scheduler:ListSchedules'],
    ['schedule', 'scheduler:GetSchedule'],
    ['last tick', 'cloudwatch:GetMetricData'],
    ['alarms', 'cloudwatch:DescribeAlarmsForMetric'],
    ['alarm recipients', 'sns:ListSubscriptionsByTopic'],
    ['mute rules', 'cloudwatch:ListAlarmMuteRules'],
    ['token secret', 'secretsmanager:DescribeSecret'],
    ['client secret', 'secretsmanager:DescribeSecret'],
    ['credential', 'secretsmanager:GetSecretValue'],
    ['token at IMS', 'secretsmanager:GetSecretValue'],
    ['keys enabled', 'kms:DescribeKey'],
    ['not paused', 'secretsmanager:DescribeSecret'],
    ['settings', 'secretsmanager:DescribeSecret'],
    ['token rotation', 'secretsmanager:DescribeSecret'],
    ['client rotation', 'secretsmanager:DescribeSecret'],
    ['token', 'secretsmanager:DescribeSecret'],
  ])('reports %s as unknown, with the reason, without the right to %s', async (check, action) => {
    const denied = { now: false };
    const operator = await startHealthy({
      authorize: (asked) => !(denied.now && asked === action),
    });
    if (check === 'keys enabled') await withKey(operator, 'Enabled');
    denied.now = true;
    const { find } = await checksOf(operator, check === 'keys enabled' ? 'keyed' : 'fusion');
    expect(find(check)).toMatchObject({
      verdict: 'unknown',
      detail: expect.stringContaining(`not authorized to perform ${action}`),
      fix: `use a principal whose policies allow ${action}`,
    });
  });

  it('reports the function as unknown without the right to list functions', async () => {
    const operator = await startHealthy({
      authorize: (action) => action !== 'lambda:ListFunctions',
    });
    const { find } = await checksOf(operator, 'fusion');
    for (const check of ['function', 'schedule']) {
      expect(find(check)).toMatchObject({
        verdict: 'unknown',
        detail: 'not authorized to perform lambda:ListFunctions',
      });
    }
    expect(find('alarms')).toMatchObject({
      verdict: 'unknown',
      detail: '6, none raised; alarms on the function were not checked',
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
    'reports as unknown what AWS failed to answer: %s',
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
});
