import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Account, type Alarm } from '../../../emulators/account/account.ts';
import { evaluateAlarms } from '../../../emulators/account/alarm-evaluation.ts';
import { awsCli, pythonWithBoto3, run } from '../../support/foreign-clients.ts';
import { now, startAws } from './start-aws.ts';

const metric = { namespace: 'Shop', name: 'Orders', dimensions: { shop: 'prod' } };
const minute = 60_000;

function withAlarm(account: Account, more: Partial<Alarm> = {}): Account {
  account.alarms.set('silence', {
    alarmName: 'silence',
    namespace: 'Shop',
    metricName: 'Orders',
    dimensions: { shop: 'prod' },
    statistic: 'Sum',
    periodSeconds: 300,
    comparisonOperator: 'LessThanThreshold',
    threshold: 1,
    evaluationPeriods: 3,
    treatMissingData: 'breaching',
    alarmActions: ['to-the-team'],
    okActions: ['all-clear'],
    actionsEnabled: true,
    stateValue: 'OK',
    ...more,
  });
  return account;
}

function evaluated(more: Partial<Alarm>, ...minutesAgo: readonly number[]): string {
  const account = withAlarm(new Account({ region: 'us-east-1', accountId: '1' }), more);
  for (const ago of minutesAgo) {
    account.recordMetric({ ...metric, at: now - ago * minute, value: 1 });
  }
  evaluateAlarms(account, now);
  return account.alarms.get('silence')?.stateValue ?? '';
}

describe('the evaluation of an alarm', () => {
  const over = { comparisonOperator: 'GreaterThanOrEqualToThreshold', evaluationPeriods: 2 };
  it.each<[string, Partial<Alarm>, number[], string]>([
    ['silence that breaches', {}, [], 'ALARM'],
    ['one value in the range', {}, [14], 'OK'],
    ['a value that is too old', {}, [16], 'ALARM'],
    ['two breaches of two', { ...over, treatMissingData: 'notBreaching' }, [1, 6], 'ALARM'],
    ['one breach of two', { ...over, treatMissingData: 'notBreaching' }, [6], 'OK'],
    ['one of two, where one is enough', { ...over, datapointsToAlarm: 1 }, [6], 'ALARM'],
    ['nothing, by default', { treatMissingData: undefined }, [], 'INSUFFICIENT_DATA'],
    ['nothing, which is ignored', { treatMissingData: 'ignore' }, [], 'OK'],
    ['no threshold', { threshold: undefined }, [], 'OK'],
  ])('%s', (_, alarm, minutesAgo, state) => {
    expect(evaluated(alarm, ...minutesAgo)).toBe(state);
  });

  it('tells of each change once, with the actions for the new state', () => {
    const account = withAlarm(new Account({ region: 'us-east-1', accountId: '1' }));
    expect(evaluateAlarms(account, now)).toMatchObject([
      { alarmName: 'silence', from: 'OK', to: 'ALARM', actions: ['to-the-team'] },
    ]);
    expect(evaluateAlarms(account, now)).toEqual([]);
    account.recordMetric({ ...metric, at: now, value: 1 });
    expect(evaluateAlarms(account, now + 1000)).toMatchObject([
      { from: 'ALARM', to: 'OK', actions: ['all-clear'] },
    ]);
  });
});

describe('SetAlarmState', () => {
  it('sets a state that the next evaluation corrects', async () => {
    const { account, cloudwatch } = await startAws();
    withAlarm(account);
    account.recordMetric({ ...metric, at: now, value: 1 });
    const seen: unknown[] = [];
    account.onAlarm = (change) => seen.push(change);
    const set = { AlarmName: 'silence', StateValue: 'ALARM', StateReason: 'a check' } as const;
    await cloudwatch.send(new SetAlarmStateCommand(set));
    expect(seen).toMatchObject([{ to: 'ALARM', reason: 'a check', actions: ['to-the-team'] }]);
    const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({}));
    expect(MetricAlarms).toMatchObject([{ StateValue: 'ALARM', StateReason: 'a check' }]);
    expect(evaluateAlarms(account, now + 1000)).toMatchObject([{ from: 'ALARM', to: 'OK' }]);
  });

  it('does nothing about an alarm whose actions are off, which changes all the same', () => {
    const account = new Account({ region: 'us-east-1', accountId: '1' });
    withAlarm(account, { actionsEnabled: false });
    expect(evaluateAlarms(account, now)).toMatchObject([{ to: 'ALARM', actions: [] }]);
  });

  it('does not know an alarm that does not exist', async () => {
    const { cloudwatch } = await startAws();
    const set = { AlarmName: 'other', StateValue: 'OK', StateReason: '' } as const;
    await expect(cloudwatch.send(new SetAlarmStateCommand(set))).rejects.toMatchObject({
      name: 'ResourceNotFound',
    });
  });
});

const python = `
import json, sys, boto3
from datetime import datetime, timedelta, timezone
client = boto3.client('cloudwatch', endpoint_url=sys.argv[1])
client.set_alarm_state(AlarmName='silence', StateValue='ALARM', StateReason='a check')
end = datetime.fromtimestamp(${now / 1000}, timezone.utc)
query = {'Id': 'orders', 'MetricStat': {'Stat': 'Sum', 'Period': 300, 'Metric': {
    'Namespace': 'Shop', 'MetricName': 'Orders', 'Dimensions': [{'Name': 'shop', 'Value': 'prod'}]}}}
data = client.get_metric_data(MetricDataQueries=[query], StartTime=end - timedelta(minutes=15), EndTime=end)
[result] = data['MetricDataResults']
[alarm] = client.describe_alarms(AlarmNames=['silence'])['MetricAlarms']
print(json.dumps({
    'values': result['Values'], 'at': [at.timestamp() for at in result['Timestamps']],
    'state': alarm['StateValue'], 'threshold': alarm['Threshold'], 'names': alarm['Dimensions'],
}))
`;

describe('CloudWatch answers in the protocol of the client', () => {
  async function startWithAlarm() {
    const world = await startAws();
    withAlarm(world.account);
    world.account.recordMetric({ ...metric, at: now - minute, value: 7 });
    return world;
  }

  it('the AWS CLI lists alarms and raises one, as in the README', async (context) => {
    const cli = awsCli(context);
    const { aws, account } = await startWithAlarm();
    const call = (...args: string[]) =>
      run(cli, ['cloudwatch', ...args, '--endpoint-url', aws.url]);
    const list = ['describe-alarms', '--alarm-name-prefix', 'si', '--output', 'text'];
    expect(await call(...list, '--query', 'MetricAlarms[].AlarmName')).toBe('silence\n');
    const state = ['--state-value', 'ALARM', '--state-reason', 'delivery check'];
    await call('set-alarm-state', '--alarm-name', 'silence', ...state);
    expect(account.alarms.get('silence')?.stateReason).toBe('delivery check');
  });

  it('an SDK that chose CBOR sets a state and reads alarms and metrics', async () => {
    const { aws } = await startWithAlarm();
    const client = new CloudWatchClient({
      endpoint: aws.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' },
      protocol: SmithyRpcV2CborProtocol,
    });
    onTestFinished(() => client.destroy());
    const set = {
      AlarmName: 'silence',
      StateValue: 'ALARM',
      StateReason: 'é'.repeat(300),
    } as const;
    await client.send(new SetAlarmStateCommand(set));
    const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({ MaxRecords: 1 }));
    expect(MetricAlarms).toMatchObject([
      { StateValue: 'ALARM', StateReason: set.StateReason, Threshold: 1, ActionsEnabled: true },
    ]);
    const Metric = {
      Namespace: 'Shop',
      MetricName: 'Orders',
      Dimensions: [{ Name: 'shop', Value: 'prod' }],
    };
    const { MetricDataResults } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - 15 * minute),
        EndTime: new Date(now),
        MetricDataQueries: [{ Id: 'orders', MetricStat: { Metric, Period: 300, Stat: 'Sum' } }],
      }),
    );
    expect(MetricDataResults).toMatchObject([
      { Values: [7], Timestamps: [new Date(now - 5 * minute)] },
    ]);
    const other = new SetAlarmStateCommand({ ...set, AlarmName: 'other' });
    await expect(client.send(other)).rejects.toMatchObject({ name: 'ResourceNotFound' });
  });

  it('boto3 sets a state and reads alarms and metrics', async (context) => {
    const { aws } = await startWithAlarm();
    const answer = JSON.parse(await run(pythonWithBoto3(context), ['-c', python, aws.url]));
    expect(answer).toMatchObject({
      values: [7],
      at: [now / 1000 - 300],
      state: 'ALARM',
      threshold: 1,
      names: [{ Name: 'shop', Value: 'prod' }],
    });
  });
});
