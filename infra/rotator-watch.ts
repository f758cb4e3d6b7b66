import type { Duration } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct, type IConstruct } from 'constructs';
import { checkRunbookUrl } from './alarm-steps.ts';
import { alarmThresholds, pageProblem, thresholdsProblem } from './alarm-thresholds.ts';
import { AlarmTopic } from './alarm-topic.ts';
import type { ImsTokenRotatorAlarmOptions } from './ims-token-rotator-props.ts';
import { refuse } from './refuse.ts';
import { RotatorAlarms } from './rotator-alarms.ts';
import { RotatorDashboard } from './rotator-dashboard.ts';

export interface RotatorWatchProps {
  readonly rotator: string;
  readonly function: IFunction;
  readonly logGroup: ILogGroup;
  readonly tick: Duration;
  readonly shards: number;
  readonly options: ImsTokenRotatorAlarmOptions;
  readonly dashboard: boolean;
}

/** The rotator's alarms and dashboard. */
export class RotatorWatch extends Construct {
  /** The topic that the alarms notify. */
  readonly topic: ITopic | undefined;
  readonly #alarms: RotatorAlarms | undefined;

  constructor(scope: Construct, id: string, props: RotatorWatchProps) {
    super(scope, id);
    const { rotator, function: target, logGroup, tick, shards, options } = props;
    if (options.enabled !== false) {
      const thresholds = alarmThresholds(options);
      const problem = pageProblem(thresholds.pagePercent, tick.toSeconds());
      if (problem !== undefined) refuse(this, 'Thresholds', problem);
      this.topic = this.#topic(options);
      this.#alarms = new RotatorAlarms(this, 'Alarms', {
        rotator,
        function: target,
        tick,
        shards,
        thresholds,
        topic: this.topic,
        runbookUrl: options.runbookUrl,
      });
    }
    if (props.dashboard) {
      new RotatorDashboard(this, 'Dashboard', {
        rotator,
        function: target,
        logGroup,
        tick,
        shards,
        alarms: this.alarms,
      });
    }
  }

  get alarms(): readonly Alarm[] {
    return this.#alarms?.all ?? [];
  }

  /** Adds the alarm on the rotation of client secrets, which most rotators do not have. */
  addClientSecretRotation(): void {
    this.#alarms?.addClientSecretRotation();
  }

  #topic({ topic, emails = [] }: ImsTokenRotatorAlarmOptions): ITopic | undefined {
    if (topic !== undefined || emails.length === 0) return topic;
    return new AlarmTopic(this, 'Topic', { emails }).topic;
  }
}

export function checkAlarmOptions(scope: IConstruct, options: ImsTokenRotatorAlarmOptions): void {
  const { enabled, emails = [], topic } = options;
  if (topic !== undefined && emails.length > 0) {
    refuse(
      scope,
      'EmailsAndTopic',
      'give the alarms either emails or topic, not both; subscribe the addresses to your topic',
    );
  }
  if (enabled === false && (topic !== undefined || emails.length > 0)) {
    refuse(
      scope,
      'AlarmsOff',
      'the alarms have recipients but are disabled; omit the recipients, or omit enabled',
    );
  }
  checkRunbookUrl(scope, options.runbookUrl);
  const problem = thresholdsProblem(alarmThresholds(options));
  if (problem !== undefined) refuse(scope, 'Thresholds', problem);
}
