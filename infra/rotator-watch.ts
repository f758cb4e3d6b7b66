import type { Duration } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct, type IConstruct } from 'constructs';
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
  /** How many credentials the stack has; read when all of them were added. */
  readonly declared: () => number;
  readonly options: ImsTokenRotatorAlarmOptions;
  readonly dashboard: boolean;
}

/** What tells people how the rotator is doing. */
export class RotatorWatch extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: RotatorWatchProps) {
    super(scope, id);
    const { rotator, function: target, logGroup, tick, declared, options } = props;
    this.alarms =
      options.enabled === false
        ? []
        : new RotatorAlarms(this, 'Alarms', {
            rotator,
            function: target,
            tick,
            declared,
            thresholds: options,
            topic: this.#topic(options),
          }).all;
    if (props.dashboard) {
      new RotatorDashboard(this, 'Dashboard', {
        rotator,
        function: target,
        logGroup,
        alarms: this.alarms,
      });
    }
  }

  #topic({ topic, emails = [] }: ImsTokenRotatorAlarmOptions): ITopic | undefined {
    if (topic !== undefined || emails.length === 0) return topic;
    return new AlarmTopic(this, 'Topic', { emails }).topic;
  }
}

const defaults = { pagePercent: 16, urgentPercent: 4 };

function thresholdsOf({ pagePercent, urgentPercent }: ImsTokenRotatorAlarmOptions) {
  return {
    pagePercent: pagePercent ?? defaults.pagePercent,
    urgentPercent: urgentPercent ?? defaults.urgentPercent,
  };
}

/** Percent of a token's lifetime below which somebody is paged; 0 where there are no alarms. */
export function pagePercentOf(options: ImsTokenRotatorAlarmOptions): number {
  return options.enabled === false ? 0 : thresholdsOf(options).pagePercent;
}

/** What is wrong with thresholds, of which the second has to be the lower one. */
export function thresholdsProblem(options: ImsTokenRotatorAlarmOptions): string | undefined {
  const { pagePercent, urgentPercent } = thresholdsOf(options);
  if (0 < urgentPercent && urgentPercent < pagePercent && pagePercent < 50) return undefined;
  return (
    `pagePercent is ${pagePercent} and urgentPercent ${urgentPercent}; they must be above 0 and ` +
    'below 50, urgentPercent the lower one'
  );
}

export function checkAlarmOptions(scope: IConstruct, options: ImsTokenRotatorAlarmOptions): void {
  const { enabled, emails = [], topic } = options;
  if (topic !== undefined && emails.length > 0) {
    const message =
      'give the alarms either emails or a topic; subscribe the addresses to your topic';
    refuse(scope, 'EmailsAndTopic', message);
  }
  if (enabled === false && (topic !== undefined || emails.length > 0)) {
    refuse(
      scope,
      'AlarmsOff',
      'the alarms are switched off, and would tell nobody; drop "enabled"',
    );
  }
  const problem = thresholdsProblem(options);
  if (problem !== undefined) refuse(scope, 'Thresholds', problem);
}
