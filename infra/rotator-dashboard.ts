import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  PeriodOverride,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { defaultTick, shardsOf } from '../core/contract.ts';
import { fleetMetric, rotatorMetric, shardMetric } from './metrics.ts';

export interface RotatorDashboardProps {
  /** The rotator's name, which is also the dimension of its metrics. */
  readonly rotator: string;
  readonly function: IFunction;
  readonly tick: Duration;
  readonly shards: number;
  /** The function's log group. */
  readonly logGroup: ILogGroup;
  /** Shown in this order, with those that are added to the list later. May be empty. */
  readonly alarms: readonly IAlarm[];
}

const width = 24;

/** One page about one rotator: its alarms, the next expiry, its work, and each last outcome. */
export class RotatorDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: RotatorDashboardProps) {
    super(scope, id);
    this.dashboard = new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.days(2),
      // The metrics' periods suit the ticks; those that CloudWatch chooses would show gaps.
      periodOverride: PeriodOverride.INHERIT,
      widgets: [
        this.#alarms(props),
        this.#expiry(props),
        this.#work(props),
        this.#shards(props),
        [this.#outcomes(props)],
      ],
    });
  }

  #alarms({ alarms }: RotatorDashboardProps) {
    if (alarms.length === 0) return [];
    // The list itself, which CDK reads at synthesis: a credential may bring an alarm of its own.
    const all = alarms as IAlarm[];
    return [new AlarmStatusWidget({ title: 'Alarms', alarms: all, width, height: 3 })];
  }

  #expiry({ rotator, ...timing }: RotatorDashboardProps) {
    const hoursToExpiry = new MathExpression({
      label: 'Hours to first expiry',
      expression: 'seconds / 3600',
      usingMetrics: { seconds: rotatorMetric(rotator, 'MinSecondsToExpiry') },
      period: Duration.seconds(defaultTick),
    });
    const latest = [
      hoursToExpiry,
      fleetMetric(rotator, 'Managed', timing),
      fleetMetric(rotator, 'Failing', timing),
      fleetMetric(rotator, 'Paused', timing),
    ];
    return [
      new SingleValueWidget({ title: 'Now', metrics: latest, width: 6, height: 6 }),
      new GraphWidget({
        title: 'Hours to first expiry',
        left: [hoursToExpiry],
        leftYAxis: { min: 0 },
        right: [
          rotatorMetric(rotator, 'MinLifeLeft', { label: 'Percent of life left' }),
          rotatorMetric(rotator, 'MinPausedLifeLeft', { label: 'Percent of life left, paused' }),
        ],
        rightYAxis: { min: 0, max: 100 },
        width: 18,
      }),
    ];
  }

  #work(props: RotatorDashboardProps) {
    const { rotator } = props;
    return [
      new GraphWidget({
        title: 'Renewals and failures',
        left: [
          rotatorMetric(rotator, 'Renewed'),
          fleetMetric(rotator, 'Failing', props),
          props.function.metricErrors({ label: 'Failed invocations' }),
        ],
        leftYAxis: { min: 0 },
        width: width / 2,
      }),
      new GraphWidget({
        title: 'Duration (ms)',
        left: [
          rotatorMetric(rotator, 'RenewalDuration', { label: 'One renewal, p99' }),
          props.function.metricDuration({ statistic: Stats.MAXIMUM, label: 'Longest run' }),
        ],
        leftYAxis: { min: 0 },
        width: width / 2,
      }),
    ];
  }

  /** Shows a shard that has too many credentials, and one that does not tick. */
  #shards({ rotator, shards, tick }: RotatorDashboardProps) {
    if (shards === 1) return [];
    const ofEach = (name: 'Managed' | 'Ticks') =>
      shardsOf(shards).map((shard) =>
        shardMetric(rotator, shard, name, { period: tick, label: `Shard ${shard}` }),
      );
    const graphs = { 'Credentials by shard': 'Managed', 'Ticks by shard': 'Ticks' } as const;
    return Object.entries(graphs).map(
      ([title, name]) =>
        new GraphWidget({ title, left: ofEach(name), leftYAxis: { min: 0 }, width: width / 2 }),
    );
  }

  #outcomes({ logGroup }: RotatorDashboardProps) {
    return new LogQueryWidget({
      title: 'Last outcome of each credential',
      logGroupNames: [logGroup.logGroupName],
      view: LogQueryVisualizationType.TABLE,
      // A line with a credential is an outcome if it reports a renewal or has a code; others warn.
      queryLines: [
        'fields @timestamp, credential, message, reason, code, actor, expires_at, x_debug_id',
        'filter ispresent(credential) and (message = "renewed" or ispresent(code))',
        'sort @timestamp desc',
        'dedup credential',
      ],
      width,
      height: 8,
    });
  }
}
