import type { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { AlarmThresholds } from './alarm-thresholds.ts';

export interface RotatorAlarmsProps {
  /** The rotator's name, which is also the dimension of its metrics. */
  readonly rotator: string;
  readonly function: IFunction;
  /** The interval between two passes over all credentials. */
  readonly tick: Duration;
  readonly shards: number;
  readonly thresholds: AlarmThresholds;
  /**
   * Receives a message when an alarm is raised and when it is over. Its policy and its key's policy
   * must let `cloudwatch.amazonaws.com` publish, as those of `AlarmTopic` do.
   *
   * @default - the alarms notify nobody
   */
  readonly topic?: ITopic | undefined;
  /** The address of the runbook. @default - the descriptions have the steps */
  readonly runbookUrl?: string | undefined;
}
