import {
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandInput,
  DescribeAlarmsForMetricCommand,
  type DescribeAlarmsForMetricCommandInput,
  paginateDescribeAlarms,
} from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import type { Account, Alarm } from '../../../emulators/account/account.ts';
import { startAws } from './start-aws.ts';

const topicArn = 'arn:aws:sns:us-east-1:111122223333:alarms';

function addAlarm(account: Account, alarmName: string, more: Partial<Alarm> = {}): void {
  account.alarms.set(alarmName, {
    alarmName,
    namespace: 'Shop',
    metricName: 'Orders',
    dimensions: { shop: 'prod' },
    statistic: 'Sum',
    periodSeconds: 300,
    alarmActions: [topicArn],
    actionsEnabled: true,
    stateValue: 'OK',
    ...more,
  });
}

async function startWithAlarms() {
  const world = await startAws();
  addAlarm(world.account, 'silence');
  addAlarm(world.account, 'silence-of-test', { dimensions: { shop: 'test' } });
  addAlarm(world.account, 'failing', { metricName: 'Failing', stateValue: 'ALARM' });
  addAlarm(world.account, 'mute', { alarmActions: [], statistic: 'Maximum', periodSeconds: 900 });
  return {
    ...world,
    describe: async (request: DescribeAlarmsCommandInput) => {
      const answer = await world.cloudwatch.send(new DescribeAlarmsCommand(request));
      return answer.MetricAlarms?.map(({ AlarmName }) => AlarmName);
    },
    ofMetric: async (request: DescribeAlarmsForMetricCommandInput) => {
      const answer = await world.cloudwatch.send(new DescribeAlarmsForMetricCommand(request));
      return answer.MetricAlarms?.map(({ AlarmName }) => AlarmName);
    },
  };
}

describe('DescribeAlarms', () => {
  it('describes the metric, the actions and the state of an alarm', async () => {
    const { account, cloudwatch } = await startAws();
    addAlarm(account, 'silence', {
      actionsEnabled: false,
      okActions: [topicArn],
      stateValue: 'ALARM',
      stateReason: 'no datapoints were received',
      description: 'No orders.',
    });
    const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({}));
    expect(MetricAlarms).toEqual([
      {
        AlarmName: 'silence',
        AlarmArn: 'arn:aws:cloudwatch:us-east-1:111122223333:alarm:silence',
        AlarmDescription: 'No orders.',
        ActionsEnabled: false,
        AlarmActions: [topicArn],
        OKActions: [topicArn],
        InsufficientDataActions: [],
        StateValue: 'ALARM',
        StateReason: 'no datapoints were received',
        Namespace: 'Shop',
        MetricName: 'Orders',
        Dimensions: [{ Name: 'shop', Value: 'prod' }],
        Statistic: 'Sum',
        Period: 300,
      },
    ]);
  });

  it.each([
    [{}, ['silence', 'silence-of-test', 'failing', 'mute']],
    [{ AlarmNames: ['failing', 'silence', 'other'] }, ['silence', 'failing']],
    [{ AlarmNamePrefix: 'silence' }, ['silence', 'silence-of-test']],
    [{ ActionPrefix: 'arn:aws:sns:' }, ['silence', 'silence-of-test', 'failing']],
    [{ StateValue: 'ALARM' as const }, ['failing']],
  ])('filters by %j', async (request, names) => {
    const { describe } = await startWithAlarms();
    expect(await describe(request)).toEqual(names);
  });

  it('lists page by page', async () => {
    const { cloudwatch } = await startWithAlarms();
    const sizes: unknown[] = [];
    for await (const page of paginateDescribeAlarms({ client: cloudwatch, pageSize: 3 }, {})) {
      sizes.push(page.MetricAlarms?.length);
    }
    expect(sizes).toEqual([3, 1]);
  });

  it.each([
    [{ NextToken: 'x' }, 'InvalidNextToken'],
    [{ MaxRecords: 101 }, 'ValidationException'],
    [{ AlarmNames: ['a'], AlarmNamePrefix: 'a' }, 'InvalidParameterCombinationException'],
  ])('rejects %j', async (request, name) => {
    const { describe } = await startWithAlarms();
    await expect(describe(request)).rejects.toMatchObject({ name });
  });
});

describe('DescribeAlarmsForMetric', () => {
  const orders = { Namespace: 'Shop', MetricName: 'Orders' };
  const Dimensions = [{ Name: 'shop', Value: 'prod' }];

  it.each([
    ['exactly these dimensions', { Dimensions }, ['silence', 'mute']],
    ['other dimensions', { Dimensions: [{ Name: 'shop', Value: 'test' }] }, ['silence-of-test']],
    ['no dimensions', {}, []],
    ['more dimensions', { Dimensions: [...Dimensions, { Name: 'a', Value: 'b' }] }, []],
    ['another namespace', { Dimensions, Namespace: 'AWS/Lambda' }, []],
    ['a statistic', { Dimensions, Statistic: 'Maximum' as const }, ['mute']],
    ['a period', { Dimensions, Period: 300 }, ['silence']],
  ])('finds the alarms for %s', async (_, request, names) => {
    const { ofMetric } = await startWithAlarms();
    expect(await ofMetric({ ...orders, ...request })).toEqual(names);
  });
});
