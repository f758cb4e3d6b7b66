import {
  CloudWatchClient,
  DescribeAlarmsForMetricCommand,
  GetMetricDataCommand,
  ListAlarmMuteRulesCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  type MetricName,
  metricDimension,
  metricNamespace,
  shardDimension,
} from '../../core/contract.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import { askAws } from './ask.ts';
import { toInstant } from './instant.ts';
import { clientConfig } from './network.ts';
import { nextPage } from './next-page.ts';

export interface Alarm {
  readonly name: string;
  /** The name of the metric. */
  readonly metric: string;
  readonly isRaised: boolean;
  /** False if CloudWatch has too little data to tell whether it is raised. */
  readonly hasData: boolean;
  /** Since when it is in its state. */
  readonly since?: EpochSeconds | undefined;
  readonly actionsEnabled: boolean;
  /** ARNs of the topics and other targets that it notifies. */
  readonly actions: readonly string[];
  /** For example `LessThanThreshold`. */
  readonly comparison: string;
  readonly threshold: number;
  readonly statistic: string;
  /** For example `breaching`. */
  readonly treatMissingData: string;
  /** The unit of the data points that it looks at. @default any */
  readonly unit?: string | undefined;
  readonly periodSeconds: number;
  /** How many it looks at. */
  readonly periods: number;
  /** How many of these have to breach. */
  readonly periodsToRaise: number;
}

/** A rule that mutes the actions of alarms for a time. */
export interface MuteRule {
  readonly name: string;
  /** Active if it mutes now, scheduled if it will later. */
  readonly status: 'active' | 'scheduled';
}

export interface WatchedMetric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: { readonly Name: string; readonly Value: string }[];
}

/** A metric, and what each period of it is reduced to. */
export interface Series {
  readonly metric: WatchedMetric;
  readonly statistic: 'Maximum' | 'Minimum' | 'Sum';
}

export interface TimeRange {
  readonly from: EpochSeconds;
  readonly to: EpochSeconds;
  /** Seconds. */
  readonly period: number;
}

export interface MetricPoint {
  /** The beginning of the period. */
  readonly at: EpochSeconds;
  readonly value: number;
}

/** The metrics of a rotator in CloudWatch, and the alarms on them. Every failure is a CliError. */
export class Metrics {
  readonly #abort: { readonly abortSignal: AbortSignal };
  readonly #client = new CloudWatchClient(clientConfig());

  constructor(signal: AbortSignal) {
    this.#abort = { abortSignal: signal };
  }

  /** The last instant at which a metric was counted within that many seconds. */
  async lastCounted(
    metric: WatchedMetric,
    now: EpochSeconds,
    seconds: number,
  ): Promise<EpochSeconds | undefined> {
    const { MetricDataResults = [] } = await askAws('cloudwatch:GetMetricData', undefined, () =>
      this.#client.send(
        new GetMetricDataCommand({
          StartTime: new Date((now - seconds) * 1000),
          // The current minute has its data point already.
          EndTime: new Date((now + 60) * 1000),
          ScanBy: 'TimestampDescending',
          MetricDataQueries: [
            { Id: 'counts', MetricStat: { Metric: metric, Period: 60, Stat: 'Sum' } },
          ],
        }),
        this.#abort,
      ),
    );
    return toInstant(MetricDataResults[0]?.Timestamps?.[0]);
  }

  /** The points of several metrics in a time range, in one call; the earliest first. */
  async read(
    all: readonly Series[],
    { from, to, period }: TimeRange,
  ): Promise<readonly (readonly MetricPoint[])[]> {
    const { MetricDataResults = [] } = await askAws('cloudwatch:GetMetricData', undefined, () =>
      this.#client.send(
        new GetMetricDataCommand({
          StartTime: new Date(from * 1000),
          EndTime: new Date(to * 1000),
          ScanBy: 'TimestampAscending',
          MetricDataQueries: all.map(({ metric, statistic }, index) => ({
            Id: `m${index}`,
            MetricStat: { Metric: metric, Period: period, Stat: statistic },
          })),
        }),
        this.#abort,
      ),
    );
    return all.map((_, index) => {
      const found = MetricDataResults.find(({ Id }) => Id === `m${index}`);
      return (found?.Timestamps ?? []).map((date, point) => ({
        at: toInstant(date),
        value: found?.Values?.[point] ?? Number.NaN,
      }));
    });
  }

  async alarmsOn(metric: WatchedMetric): Promise<readonly Alarm[]> {
    const { MetricAlarms = [] } = await askAws(
      'cloudwatch:DescribeAlarmsForMetric',
      undefined,
      () => this.#client.send(new DescribeAlarmsForMetricCommand(metric), this.#abort),
    );
    return MetricAlarms.map((alarm) => ({
      name: alarm.AlarmName ?? '',
      metric: metric.MetricName,
      isRaised: alarm.StateValue === 'ALARM',
      hasData: alarm.StateValue !== 'INSUFFICIENT_DATA',
      since: toInstant(alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp),
      actionsEnabled: alarm.ActionsEnabled ?? true,
      actions: alarm.AlarmActions ?? [],
      comparison: alarm.ComparisonOperator ?? '',
      threshold: alarm.Threshold ?? Number.NaN,
      statistic: alarm.Statistic ?? '',
      treatMissingData: alarm.TreatMissingData ?? 'missing',
      unit: alarm.Unit,
      periodSeconds: alarm.Period ?? 0,
      periods: alarm.EvaluationPeriods ?? 1,
      periodsToRaise: alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods ?? 1,
    }));
  }

  /** The rules that mute an alarm now, or are going to. */
  async muteRulesOf(alarm: string): Promise<readonly MuteRule[]> {
    const found: MuteRule[] = [];
    const request = { AlarmName: alarm, Statuses: ['ACTIVE' as const, 'SCHEDULED' as const] };
    let NextToken: string | undefined;
    do {
      const page = await askAws('cloudwatch:ListAlarmMuteRules', undefined, () =>
        this.#client.send(new ListAlarmMuteRulesCommand({ ...request, NextToken }), this.#abort),
      );
      for (const { AlarmMuteRuleArn: arn = '', Status } of page.AlarmMuteRuleSummaries ?? []) {
        const name = arn.slice(arn.lastIndexOf(':') + 1);
        found.push({ name, status: Status === 'ACTIVE' ? 'active' : 'scheduled' });
      }
      NextToken = nextPage(NextToken, page.NextToken);
    } while (NextToken !== undefined);
    return found;
  }
}

/** A metric that the rotator emits, or what a shard of it contributes. */
export function rotatorMetric(
  rotator: string,
  metric: MetricName,
  shard?: string | undefined,
): WatchedMetric {
  const Dimensions = [
    { Name: metricDimension, Value: rotator },
    ...(shard === undefined ? [] : [{ Name: shardDimension, Value: shard }]),
  ];
  return { Namespace: metricNamespace, MetricName: metric, Dimensions };
}

/** A metric that Lambda emits for a function. */
export function functionMetric(functionName: string, MetricName: string): WatchedMetric {
  const Dimensions = [{ Name: 'FunctionName', Value: functionName }];
  return { Namespace: 'AWS/Lambda', MetricName, Dimensions };
}
