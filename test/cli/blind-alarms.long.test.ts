import { describe, expect, it } from 'vitest';
import { canBeRaised } from '../../cli/doctor/alarm-limits.ts';
import { defaultTick } from '../../core/contract.ts';
import type { Alarm } from '../../emulators/account/account.ts';
import { alarmsOf } from '../infra/alarm-evaluator.ts';
import { monitoredTemplate } from '../infra/monitored-stack.ts';
import type { Operator } from './operator.ts';
import { checksOf, startHealthy } from './patient.ts';

function change({ world }: Operator, name: string, changes: Partial<Alarm>): void {
  const { alarms } = world.aws.account;
  const alarm = alarms.get(name);
  if (alarm === undefined) throw new Error(`no alarm ${name}`);
  alarms.set(name, { ...alarm, ...changes });
}

describe('the lines of doctor about alarms', () => {
  it.each([1, 4])(
    'take every alarm of a stack with %i shards for one that can be raised',
    (shards) => {
      for (const alarm of alarmsOf(monitoredTemplate({ shards }))) {
        const described = {
          name: alarm.id,
          metric: alarm.MetricName,
          isRaised: false,
          hasData: true,
          actionsEnabled: true,
          actions: [],
          comparison: alarm.ComparisonOperator,
          threshold: alarm.Threshold,
          statistic: alarm.Statistic,
          treatMissingData: alarm.TreatMissingData,
          periodSeconds: alarm.Period,
          periods: alarm.EvaluationPeriods,
          periodsToRaise: alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods,
        };
        expect(canBeRaised(described, defaultTick), alarm.id).toBe(true);
      }
    },
  );

  it.each<[what: string, name: string, changes: Partial<Alarm>]>([
    ['a threshold that no count reaches', 'rotator-local-failing', { threshold: 1_000 }],
    [
      'the opposite comparison',
      'rotator-local-silence',
      { comparisonOperator: 'GreaterThanThreshold' },
    ],
    ['silence that counts as well', 'rotator-local-silence', { treatMissingData: 'notBreaching' }],
    ['a percentage that no life falls below', 'rotator-local-paused-life-left', { threshold: 0 }],
    ['a day to wait', 'rotator-local-new-failure', { evaluationPeriods: 96 }],
    [
      'one failure that is not enough',
      'rotator-local-failing',
      { comparisonOperator: 'GreaterThanThreshold' },
    ],
    [
      'more data points than there are ticks',
      'rotator-local-failing',
      { periodSeconds: 60, evaluationPeriods: 90, datapointsToAlarm: 2 },
    ],
    [
      'a second failure in a row, although one is counted once',
      'rotator-local-new-failure',
      { periodSeconds: 900, evaluationPeriods: 2, datapointsToAlarm: 2 },
    ],
    [
      'a second dropped event in a row',
      'rotator-local-events-dropped',
      { periodSeconds: 900, evaluationPeriods: 3, datapointsToAlarm: 2 },
    ],
    ['a unit that the metric does not have', 'rotator-local-new-failure', { unit: 'Bytes' }],
    ['the least instead of the most', 'rotator-local-throttles', { statistic: 'Minimum' }],
  ])('fail for an alarm that was blinded: %s', async (_, name, changes) => {
    const operator = await startHealthy();
    change(operator, name, changes);
    expect((await checksOf(operator)).find('alarms')).toMatchObject({
      verdict: 'failed',
      detail: `cannot be raised in time: ${name}`,
    });
  });

  it.each(['rotator-local-life-left', 'rotator-local-life-left-urgent'])(
    'fail without %s, although the other alarm on the same metric is there',
    async (name) => {
      const operator = await startHealthy();
      operator.world.aws.account.alarms.delete(name);
      expect((await checksOf(operator)).find('alarms')).toMatchObject({
        verdict: 'failed',
        detail: 'too few alarms watch MinLifeLeft',
        fix: expect.stringContaining('deploy'),
      });
    },
  );

  it.each(['rotator-local-life-left', 'rotator-local-life-left-urgent'])(
    'fail for %s if it was blinded, although the other alarm on the same metric was not',
    async (name) => {
      const operator = await startHealthy();
      change(operator, name, { threshold: 0 });
      expect((await checksOf(operator)).find('alarms')).toMatchObject({
        verdict: 'failed',
        detail: `cannot be raised in time: ${name}`,
      });
    },
  );

  it('are not concerned with an alarm that somebody has added', async () => {
    const operator = await startHealthy();
    const { alarms } = operator.world.aws.account;
    const failing = alarms.get('rotator-local-failing');
    if (failing !== undefined) alarms.set('many', { ...failing, alarmName: 'many', threshold: 9 });
    expect((await checksOf(operator)).find('alarms').verdict).toBe('ok');
  });

  it('name the topic that nobody listens to, though others are heard', async () => {
    const operator = await startHealthy();
    const { account } = operator.world.aws;
    const deaf = account.arn('sns', 'deaf');
    account.topics.add(deaf);
    change(operator, 'rotator-local-silence', { alarmActions: [deaf] });
    expect((await checksOf(operator)).find('alarm recipients')).toMatchObject({
      verdict: 'failed',
      detail: 'the topic has no subscriber',
      fix: `subscribe somebody to ${deaf}`,
    });
  });

  it('say which alarm notifies something else than a topic', async () => {
    const operator = await startHealthy();
    const nobody = operator.world.aws.account.arn('lambda', 'function:nobody');
    change(operator, 'rotator-local-silence', { alarmActions: [nobody] });
    expect((await checksOf(operator)).find('alarm recipients')).toMatchObject({
      verdict: 'unknown',
      detail: `no topic: rotator-local-silence notifies ${nobody}`,
    });
  });
});
