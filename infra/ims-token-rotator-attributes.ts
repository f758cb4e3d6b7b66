import type { IKey } from 'aws-cdk-lib/aws-kms';

/** Identifies a rotator that is deployed elsewhere. */
export interface ImsTokenRotatorAttributes {
  /** The rotator's name. */
  readonly rotatorName: string;
  /**
   * The prefix of the rotator's secret names, without the slash that follows.
   *
   * @default - `ims-token-rotator/<rotatorName>`
   */
  readonly prefix?: string | undefined;
  /**
   * The ARN of the rotator's function. The grants need it.
   *
   * @default - none
   */
  readonly functionArn?: string | undefined;
  /**
   * The rotator's account.
   *
   * @default - the stack's account
   */
  readonly account?: string | undefined;
  /**
   * The rotator's Region.
   *
   * @default - the stack's Region
   */
  readonly region?: string | undefined;
  /**
   * The key that encrypts the rotator's secrets. Tokens of another account have one.
   *
   * @default - the AWS-managed key
   */
  readonly encryptionKey?: IKey | undefined;
  /**
   * The ARN of the topic that the rotator's alarms notify. `grantOperate` lets an operator list its
   * subscriptions.
   *
   * @default - unknown: `grantOperate` covers all topics of the account and Region
   */
  readonly alarmTopicArn?: string | undefined;
  /**
   * The group of the rotator's schedules. `grantOperate` lets an operator read these.
   *
   * @default - unknown: `grantOperate` covers all schedules of the account and Region
   */
  readonly scheduleGroupName?: string | undefined;
}
