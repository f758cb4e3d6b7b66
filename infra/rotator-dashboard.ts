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
import { rotatorMetric } from './metrics.ts';

export interface RotatorDashboardProps {
  /** The rotator's name, which is the dimension of its metrics. */
  readonly rotator: string;
  /** The rotator's function. */
  readonly function: IFunction;
  /** Where the function logs. */
  readonly logGroup: ILogGroup;
  /** Shown in this order; may be none. */
  readonly alarms: readonly IAlarm[];
}

const width = 24;

/** One page on one rotator: its alarms, how long the tokens last, what was done, and for whom. */
export class RotatorDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: RotatorDashboardProps) {
    super(scope, id);
    this.dashboard = new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.days(2),
      // The periods suit the ticks; CloudWatch's own choice would show gaps.
      periodOverride: PeriodOverride.INHERIT,
      widgets: [
        this.#alarms(props),
        this.#expiry(props),
        this.#work(props),
        [this.#outcomes(props)],
      ],
    });
  }

  #alarms({ alarms }: RotatorDashboardProps) {
    if (alarms.length === 0) return [];
    return [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width, height: 3 })];
  }

  #expiry({ rotator }: RotatorDashboardProps) {
    const hoursToExpiry = new MathExpression({
      label: 'Hours to the first expiry',
      expression: 'seconds / 3600',
      usingMetrics: { seconds: rotatorMetric(rotator, 'MinSecondsToExpiry') },
      period: Duration.minutes(15),
    });
    const latest = [
      hoursToExpiry,
      rotatorMetric(rotator, 'Managed'),
      rotatorMetric(rotator, 'Failing'),
    ];
    return [
      new SingleValueWidget({ title: 'Now', metrics: latest, width: 6, height: 6 }),
      new GraphWidget({
        title: 'Hours to the first expiry',
        left: [hoursToExpiry],
        leftYAxis: { min: 0 },
        right: [rotatorMetric(rotator, 'MinLifeLeft', { label: 'Percent of life left' })],
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
          rotatorMetric(rotator, 'Failing'),
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

  #outcomes({ logGroup }: RotatorDashboardProps) {
    return new LogQueryWidget({
      title: 'Last outcome of each credential',
      logGroupNames: [logGroup.logGroupName],
      view: LogQueryVisualizationType.TABLE,
      // A line with a credential is an outcome if it tells of a renewal or has a code; others warn.
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
