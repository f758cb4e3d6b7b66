import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/** Whom the alarms tell, and when. */
export interface ImsTokenRotatorAlarmOptions {
  /**
   * Whether there are alarms.
   *
   * @default true
   */
  readonly enabled?: boolean | undefined;
  /**
   * Who is mailed, through a topic that is created for it.
   *
   * @default - nobody, unless there is a topic
   */
  readonly emails?: readonly string[] | undefined;
  /**
   * A topic of yours, whose policy and key let CloudWatch publish.
   *
   * @default - one is created if there are emails
   */
  readonly topic?: ITopic | undefined;
  /**
   * Percent of its lifetime that a token has left when the alarm pages.
   *
   * @default 16
   */
  readonly pagePercent?: number | undefined;
  /**
   * Percent of its lifetime that a token has left when the alarm pages again.
   *
   * @default 4
   */
  readonly urgentPercent?: number | undefined;
}

/** Settings of a rotator. */
export interface ImsTokenRotatorProps {
  /**
   * The rotator's name, unique in its account and Region.
   *
   * @default - the stack's name
   */
  readonly rotatorName?: string | undefined;
  /**
   * What the names of its secrets begin with, without the slash that follows.
   *
   * @default - `ims-token-rotator/<rotatorName>`
   */
  readonly prefix?: string | undefined;
  /**
   * The time between two looks at all credentials, in whole minutes.
   *
   * @default Duration.minutes(15)
   */
  readonly tick?: Duration | undefined;
  /**
   * How long one look may take: less than a tick, and at most 15 minutes.
   *
   * @default Duration.minutes(10)
   */
  readonly timeout?: Duration | undefined;
  /**
   * How long the function's log is kept.
   *
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: RetentionDays | undefined;
  /**
   * The key of all secrets that are created, and of those that are onboarded at run time.
   *
   * @default - the AWS-managed key
   */
  readonly encryptionKey?: IKey | undefined;
  /**
   * What becomes of the secrets when they leave the stack. Without them no workload has a token.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy | undefined;
  /**
   * Whether IMS is asked about each token before it is stored.
   *
   * @default false
   */
  readonly validate?: boolean | undefined;
  /**
   * Whether Secrets Manager's own rotation can be started by hand. The schedule renews either way.
   *
   * @default false
   */
  readonly nativeRotation?: boolean | undefined;
  /**
   * Whether AWS X-Ray traces the function.
   *
   * @default false
   */
  readonly tracing?: boolean | undefined;
  /**
   * A network for the function, with a way to Adobe IMS and to Secrets Manager.
   *
   * @default - none
   */
  readonly vpc?: IVpc | Vpc | undefined;
  /**
   * The subnets of the `vpc` to use.
   *
   * @default - its private subnets
   */
  readonly vpcSubnets?: SubnetSelection | undefined;
  /**
   * The function's security groups in the `vpc`.
   *
   * @default - one that allows all outbound traffic
   */
  readonly securityGroups?: readonly ISecurityGroup[] | undefined;
  /**
   * Whom the alarms tell, and when.
   *
   * @default - alarms that tell nobody
   */
  readonly alarms?: ImsTokenRotatorAlarmOptions | undefined;
  /**
   * Whether there is a dashboard.
   *
   * @default true
   */
  readonly dashboard?: boolean | undefined;
}
