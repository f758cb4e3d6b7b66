import type { Template } from 'aws-cdk-lib/assertions';

/** One value of a metric, as it was sent to CloudWatch. */
export interface DataPoint {
  /** Epoch seconds. */
  readonly at: number;
  readonly namespace: string;
  readonly name: string;
  /** The shard that sent it, under the rotator's own metric too. @default none */
  readonly shard?: string | undefined;
  readonly value: number;
}

export type AlarmState = 'OK' | 'ALARM';

export interface Transition {
  /** Epoch seconds. */
  readonly at: number;
  readonly to: AlarmState;
}

const statistics = {
  Sum: (values: readonly number[]) => values.reduce((a, b) => a + b),
  Minimum: (values: readonly number[]) => Math.min(...values),
  Maximum: (values: readonly number[]) => Math.max(...values),
};

const comparisons = {
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
};

/** An alarm as the template declares it, with only the properties that our alarms use. */
export interface AlarmRule {
  readonly id: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Unit?: string | undefined;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Statistic: keyof typeof statistics;
  readonly Period: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number | undefined;
  readonly Threshold: number;
  readonly ComparisonOperator: keyof typeof comparisons;
  readonly TreatMissingData: 'breaching' | 'notBreaching';
  readonly AlarmDescription: string;
  readonly AlarmActions?: readonly { readonly Ref: string }[] | undefined;
  readonly OKActions?: readonly { readonly Ref: string }[] | undefined;
}

export function alarmsOf(template: Template): readonly AlarmRule[] {
  const alarms = Object.entries(template.findResources('AWS::CloudWatch::Alarm'));
  return alarms.map(([id, resource]) => {
    const alarm: AlarmRule = { id, ...resource['Properties'] };
    if (!(alarm.Statistic in statistics && alarm.ComparisonOperator in comparisons)) {
      throw new Error(`${id} has a statistic or comparison that the evaluator does not know`);
    }
    return alarm;
  });
}

/** The one alarm of `RotatorAlarms` with this id. */
export function alarmNamed(alarms: readonly AlarmRule[], text: string): AlarmRule {
  const [alarm, ...others] = alarms.filter(({ id }) =>
    new RegExp(`Alarms${text}[0-9A-F]{8}$`).test(id),
  );
  if (alarm === undefined || others.length > 0)
    throw new Error(`there is not exactly one alarm ${text}`);
  return alarm;
}

export interface Evaluation {
  /** Epoch seconds at which the alarm was created, without a state. */
  readonly from: number;
  readonly to: number;
  /** The periods that CloudWatch looks at beyond those it evaluates. AWS does not document how many. */
  readonly extraPeriods: number;
}

/**
 * The transitions of an alarm whose periods CloudWatch evaluates every minute.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function evaluateAlarm(
  alarm: AlarmRule,
  points: readonly DataPoint[],
  { from, to, extraPeriods }: Evaluation,
): readonly Transition[] {
  const { Value: wanted } = alarm.Dimensions.find(({ Name }) => Name === 'shard') ?? {};
  const own = points.filter(
    ({ namespace, name, shard }) =>
      namespace === alarm.Namespace &&
      name === alarm.MetricName &&
      (wanted === undefined || wanted === shard),
  );
  const transitions: Transition[] = [];
  for (let at = from; at <= to; at += 60) {
    const range = Array.from({ length: alarm.EvaluationPeriods + extraPeriods }, (_, age) => {
      const end = at - age * alarm.Period;
      const values = own.filter((point) => point.at <= end && point.at > end - alarm.Period);
      return values.length === 0
        ? undefined
        : statistics[alarm.Statistic](values.map(({ value }) => value));
    });
    const state = stateOf(alarm, range);
    if (transitions.at(-1)?.to !== state) transitions.push({ at, to: state });
  }
  return transitions;
}

/**
 * The state of an alarm.
 *
 * @param range the value of each period in the evaluation range, latest first
 */
export function stateOf(alarm: AlarmRule, range: readonly (number | undefined)[]): AlarmState {
  const { EvaluationPeriods: periods, DatapointsToAlarm: toAlarm = periods } = alarm;
  const breaches = (value: number) => comparisons[alarm.ComparisonOperator](value, alarm.Threshold);
  // Older data takes precedence over missing data, which fills only what the whole range lacks.
  const real = range.filter((value) => value !== undefined).slice(0, periods);
  const missing = alarm.TreatMissingData === 'breaching' ? periods - real.length : 0;
  return real.filter(breaches).length + missing >= toAlarm ? 'ALARM' : 'OK';
}
