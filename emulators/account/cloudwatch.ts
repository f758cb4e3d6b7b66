import * as v from 'valibot';
import { AwsError } from '../wire/errors.ts';
import { pageOf } from '../wire/page.ts';
import { count, oneOf, text } from '../wire/request-schema.ts';
import type { Account, Alarm } from './account.ts';
import { setAlarmState } from './alarm-evaluation.ts';
import { protocolOf } from './cloudwatch-protocols.ts';
import { dimensions, getMetricData, getMetricDataRequest, metricName } from './metric-data.ts';
import { metricKey, statisticNames } from './metric-store.ts';
import { type AwsService, anyResource, operation } from './service.ts';

const describeAlarmsRequest = v.object({
  AlarmNames: v.optional(v.pipe(v.array(text(1, 255)), v.maxLength(100))),
  AlarmNamePrefix: v.optional(text(1, 255)),
  ActionPrefix: v.optional(text(1, 1024)),
  StateValue: v.optional(oneOf(['OK', 'ALARM', 'INSUFFICIENT_DATA'])),
  MaxRecords: v.optional(count(1, 100), 50),
  NextToken: v.optional(v.string()),
});

const describeAlarmsForMetricRequest = v.object({
  Namespace: metricName,
  MetricName: metricName,
  Dimensions: dimensions,
  Statistic: v.optional(oneOf(statisticNames)),
  Period: v.optional(v.number()),
});

const setAlarmStateRequest = v.object({
  AlarmName: text(1, 255),
  StateValue: oneOf(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
  StateReason: text(0, 1023),
  StateReasonData: v.optional(text(0, 4000)),
});

const listAlarmMuteRulesRequest = v.object({
  AlarmName: v.optional(text(1, 255)),
  Statuses: v.optional(v.array(oneOf(['SCHEDULED', 'ACTIVE', 'EXPIRED']))),
  MaxRecords: v.optional(count(1, 100), 50),
  NextToken: v.optional(v.string()),
});

export const cloudwatch: AwsService = {
  name: 'cloudwatch',
  protocol: protocolOf,
  operations: new Map([
    [
      'DescribeAlarms',
      operation(
        describeAlarmsRequest,
        (_, { account }) => alarmArn(account, '*'),
        ({ account }, request) => describeAlarms(account, request),
      ),
    ],
    [
      'DescribeAlarmsForMetric',
      operation(describeAlarmsForMetricRequest, anyResource, ({ account }, request) =>
        describeAlarmsForMetric(account, request),
      ),
    ],
    [
      'ListAlarmMuteRules',
      operation(listAlarmMuteRulesRequest, anyResource, ({ account }, request) =>
        listAlarmMuteRules(account, request),
      ),
    ],
    [
      'GetMetricData',
      operation(getMetricDataRequest, anyResource, ({ account }, request) =>
        getMetricData(account.metrics, request),
      ),
    ],
    [
      'SetAlarmState',
      operation(
        setAlarmStateRequest,
        ({ AlarmName }, { account }) => alarmArn(account, AlarmName),
        ({ account, now }, request) => setState(account, request, now),
      ),
    ],
  ]),
  errors: { InternalServiceError: ['InternalServiceFault', 500] },
};

function describeAlarms(
  account: Account,
  request: v.InferOutput<typeof describeAlarmsRequest>,
): object {
  const { AlarmNames, AlarmNamePrefix = '', ActionPrefix = '', StateValue } = request;
  if (AlarmNames !== undefined && AlarmNamePrefix !== '') {
    throw new AwsError(
      'InvalidParameterCombinationException',
      'AlarmNamePrefix and AlarmNames are mutually exclusive parameters.',
    );
  }
  const listed = [...account.alarms.values()]
    .filter(({ alarmName }) => AlarmNames === undefined || AlarmNames.includes(alarmName))
    .filter(({ alarmName }) => alarmName.startsWith(AlarmNamePrefix))
    .filter(
      ({ alarmActions }) =>
        ActionPrefix === '' || alarmActions.some((action) => action.startsWith(ActionPrefix)),
    )
    .filter(({ stateValue }) => StateValue === undefined || stateValue === StateValue);
  const page = pageOf(
    listed,
    ({ alarmName }) => alarmName,
    { size: request.MaxRecords, token: request.NextToken },
    () => new AwsError('InvalidNextToken', 'The next token specified is invalid.'),
  );
  return {
    CompositeAlarms: [],
    MetricAlarms: page.items.map((alarm) => metricAlarm(account, alarm)),
    NextToken: page.nextToken,
  };
}

function describeAlarmsForMetric(
  account: Account,
  request: v.InferOutput<typeof describeAlarmsForMetricRequest>,
): object {
  const { Namespace, MetricName, Dimensions, Statistic, Period } = request;
  const wanted = metricKey({ namespace: Namespace, name: MetricName, dimensions: Dimensions });
  const found = [...account.alarms.values()]
    .filter(({ metricName: name, ...alarm }) => metricKey({ ...alarm, name }) === wanted)
    .filter(({ statistic }) => Statistic === undefined || statistic === Statistic)
    .filter(({ periodSeconds }) => Period === undefined || periodSeconds === Period);
  return { MetricAlarms: found.map((alarm) => metricAlarm(account, alarm)) };
}

function listAlarmMuteRules(
  account: Account,
  request: v.InferOutput<typeof listAlarmMuteRulesRequest>,
): object {
  const { AlarmName, Statuses } = request;
  const listed = [...account.muteRules.values()]
    .filter(({ alarmNames }) => AlarmName === undefined || alarmNames.includes(AlarmName))
    .filter(({ status }) => Statuses === undefined || Statuses.includes(status));
  const page = pageOf(
    listed,
    ({ name }) => name,
    { size: request.MaxRecords, token: request.NextToken },
    () => new AwsError('InvalidNextToken', 'The next token specified is invalid.'),
  );
  return {
    AlarmMuteRuleSummaries: page.items.map(({ name, status, muteType }) => ({
      AlarmMuteRuleArn: account.arn('cloudwatch', `alarm-mute-rule:${name}`),
      Status: status,
      MuteType: muteType,
    })),
    NextToken: page.nextToken,
  };
}

/** Sets an alarm's state until the next evaluation. */
function setState(
  account: Account,
  request: v.InferOutput<typeof setAlarmStateRequest>,
  now: number,
): object {
  const { AlarmName, StateValue, StateReason } = request;
  const alarm = account.alarms.get(AlarmName);
  if (alarm === undefined) throw new AwsError('ResourceNotFound', '', 404);
  const set = { state: StateValue, reason: StateReason };
  for (const change of setAlarmState(account, alarm, set, now)) account.onAlarm(change);
  return {};
}

function metricAlarm(account: Account, alarm: Alarm): object {
  return {
    AlarmName: alarm.alarmName,
    AlarmArn: alarmArn(account, alarm.alarmName),
    AlarmDescription: alarm.description,
    ActionsEnabled: alarm.actionsEnabled,
    AlarmActions: alarm.alarmActions,
    OKActions: alarm.okActions ?? [],
    InsufficientDataActions: [],
    StateValue: alarm.stateValue,
    StateReason: alarm.stateReason,
    StateTransitionedTimestamp:
      alarm.stateSince === undefined ? undefined : alarm.stateSince / 1000,
    Namespace: alarm.namespace,
    MetricName: alarm.metricName,
    Dimensions: Object.entries(alarm.dimensions).map(([Name, Value]) => ({ Name, Value })),
    Statistic: alarm.statistic,
    Period: alarm.periodSeconds,
    ComparisonOperator: alarm.comparisonOperator,
    Threshold: alarm.threshold,
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.datapointsToAlarm,
    Unit: alarm.unit,
    TreatMissingData: alarm.treatMissingData,
  };
}

function alarmArn(account: Account, name: string): string {
  return account.arn('cloudwatch', `alarm:${name}`);
}
