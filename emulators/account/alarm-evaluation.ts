import type { Account, Alarm } from './account.ts';
import type { MetricStore } from './metric-store.ts';

type State = Alarm['stateValue'];

/** An alarm whose state changed, and the actions that follow. */
export interface AlarmChange {
  readonly alarmName: string;
  readonly from: State;
  readonly to: State;
  readonly reason: string;
  /** ARNs; none if the alarm's actions are disabled. */
  readonly actions: readonly string[];
}

const minuteMs = 60_000;

const comparisons: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/** Sets the state of every alarm that has a threshold, as CloudWatch does each minute. */
export function evaluateAlarms(account: Account, now: number): readonly AlarmChange[] {
  return [...account.alarms.values()].flatMap((alarm) => {
    const found = stateOf(alarm, account.metrics, now);
    return found === undefined ? [] : setAlarmState(account, alarm, found, now);
  });
}

/** Sets the state of an alarm. @returns the change, if it is one */
export function setAlarmState(
  account: Account,
  alarm: Alarm,
  { state, reason }: { readonly state: State; readonly reason: string },
  now: number,
): AlarmChange[] {
  const { alarmName, stateValue: from, actionsEnabled, alarmActions, okActions = [] } = alarm;
  const stateSince = from === state ? alarm.stateSince : now;
  account.alarms.set(alarmName, { ...alarm, stateValue: state, stateReason: reason, stateSince });
  if (from === state) return [];
  const actions = state === 'ALARM' ? alarmActions : state === 'OK' ? okActions : [];
  return [{ alarmName, from, to: state, reason, actions: actionsEnabled ? actions : [] }];
}

/**
 * The state that follows from the last periods. CloudWatch looks back further than that before it
 * fills in what is missing, so its alarms on silence come some periods later.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
function stateOf(
  alarm: Alarm,
  metrics: MetricStore,
  now: number,
): { readonly state: State; readonly reason: string } | undefined {
  const { threshold, evaluationPeriods, datapointsToAlarm = evaluationPeriods } = alarm;
  const compare = comparisons[alarm.comparisonOperator ?? ''];
  if (threshold === undefined || evaluationPeriods === undefined || compare === undefined) {
    return undefined;
  }
  const { namespace, metricName: name, dimensions, periodSeconds, statistic } = alarm;
  const periodMs = periodSeconds * 1000;
  const to = Math.ceil(now / minuteMs) * minuteMs;
  const range = { from: to - evaluationPeriods * periodMs, to, periodMs };
  const points = metrics.datapoints({ namespace, name, dimensions }, range, statistic);
  const missing = evaluationPeriods - points.length;
  const { treatMissingData = 'missing' } = alarm;
  if (points.length === 0 && treatMissingData === 'ignore') return undefined;
  if (points.length === 0 && treatMissingData === 'missing') {
    return { state: 'INSUFFICIENT_DATA', reason: 'no datapoints were received' };
  }
  const breaching =
    points.filter(({ value }) => compare(value, threshold)).length +
    (treatMissingData === 'breaching' ? missing : 0);
  const state = breaching >= (datapointsToAlarm ?? 1) ? 'ALARM' : 'OK';
  const values = points.map(({ value }) => value).join(', ');
  const reason = `${breaching} of ${evaluationPeriods} datapoints breach the threshold ${threshold}: [${values}], ${missing} missing`;
  return { state, reason };
}
