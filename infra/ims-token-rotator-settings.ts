import type { ImsTokenRotatorCredentialSettings } from './ims-token-rotator-credential-settings.ts';

/**
 * The settings of a rotator's stack, as plain values. The build takes the descriptions in the JSON
 * Schema from here.
 */
export interface ImsTokenRotatorSettings {
  /**
   * The rotator's name, in its metrics and in the names of its secrets.
   *
   * @default - the stack's name
   */
  readonly rotatorName?: string | undefined;
  /**
   * The first part of the names of its secrets, without the slash that follows.
   * Every pair of secrets `<prefix>/NAME/client` and `<prefix>/NAME/token` is a credential of the
   * rotator, whoever made it.
   *
   * @default - `ims-token-rotator/<rotatorName>`
   */
  readonly prefix?: string | undefined;
  /**
   * The credentials, by their short names: lower-case letters, digits and hyphens. At most 100; more
   * can be onboarded at run time.
   *
   * @default - none
   */
  readonly credentials?: { readonly [name: string]: ImsTokenRotatorCredentialSettings } | undefined;
  /**
   * Minutes between two passes over all credentials, 3 to 1,440, of which the alarms allow 172.
   *
   * @default 15
   */
  readonly tickMinutes?: number | undefined;
  /**
   * The number of schedules among which the credentials are divided, 1 to 10, each of which ticks
   * every `tickMinutes`. With 2 or more, these must divide an hour, or be hours that divide a day.
   *
   * @default 1
   */
  readonly shards?: number | undefined;
  /**
   * The credentials that a run works on at the same time, 1 to 50.
   *
   * @default 8
   */
  readonly concurrency?: number | undefined;
  /**
   * The most requests in a second, 1 to 50, to each IMS host. Shards divide them.
   *
   * @default 40
   */
  readonly imsRequestsPerSecond?: number | undefined;
  /**
   * The most secrets to write in a second, 1 to 50. The account's quota is 50, which everything in
   * the account and Region shares. Shards divide them.
   *
   * @default 40
   */
  readonly writesPerSecond?: number | undefined;
  /**
   * Beginnings that many credentials' names share, for example `customer-`, at most 20. Shards tell
   * names apart by the first character that follows the stem.
   *
   * @default - names are told apart by their first character
   */
  readonly shardStems?: string[] | undefined;
  /**
   * The function's time-out, in minutes: 2 to 15, and less than `tickMinutes`.
   *
   * @default 10
   */
  readonly timeoutMinutes?: number | undefined;
  /**
   * Recipients and thresholds of the alarms.
   *
   * @default - alarms without recipients
   */
  readonly alarms?: ImsTokenRotatorAlarmSettings | undefined;
  /**
   * Creates a dashboard.
   *
   * @default true
   */
  readonly dashboard?: boolean | undefined;
  /**
   * The customer managed key of the secrets, by its ARN.
   *
   * @default - the AWS-managed key
   */
  readonly keyArn?: string | undefined;
  /**
   * The VPC to run the function in. It needs routes to Adobe IMS and to Secrets Manager.
   *
   * @default - the function runs outside a VPC
   */
  readonly vpcId?: string | undefined;
  /**
   * The private subnets of the VPC to use.
   *
   * @default - none; required with `vpcId`
   */
  readonly subnetIds?: string[] | undefined;
  /**
   * The function's security groups in the VPC.
   *
   * @default - one that allows all outbound traffic
   */
  readonly securityGroupIds?: string[] | undefined;
  /**
   * A proxy between the function and Adobe IMS and AWS.
   *
   * @default - none
   */
  readonly proxy?: ImsTokenRotatorProxySettings | undefined;
  /**
   * The path of a PEM file of certificate authorities that the function trusts beside the public
   * ones.
   *
   * @default - only the public ones
   */
  readonly caCertificates?: string | undefined;
  /**
   * Days to keep logs.
   *
   * @default 90
   */
  readonly logRetentionDays?: number | undefined;
  /**
   * Validates each new token at IMS before it is stored.
   *
   * @default false
   */
  readonly validate?: boolean | undefined;
  /**
   * Lets operators start Secrets Manager's own rotation by hand.
   *
   * @default false
   */
  readonly nativeRotation?: boolean | undefined;
  /**
   * Keeps the secrets when the stack is deleted.
   *
   * @default true
   */
  readonly retainSecrets?: boolean | undefined;
  /**
   * Traces the function with AWS X-Ray.
   *
   * @default false
   */
  readonly tracing?: boolean | undefined;
}

/** Recipients and thresholds of the alarms. */
export interface ImsTokenRotatorAlarmSettings {
  /**
   * The addresses to mail. Cannot be combined with `topicArn`.
   *
   * @default - none
   */
  readonly emails?: string[] | undefined;
  /**
   * An existing topic, whose policy and key let CloudWatch publish. Cannot be combined with `emails`.
   *
   * @default - one is created if there are `emails`
   */
  readonly topicArn?: string | undefined;
  /**
   * When the alarms page.
   *
   * @default - 16 and 4 percent
   */
  readonly thresholds?: ImsTokenRotatorThresholdSettings | undefined;
}

/** When the alarms page, in percent of a token's lifetime. */
export interface ImsTokenRotatorThresholdSettings {
  /**
   * The remaining life, in percent, below which the alarm pages: of 24 hours at least a tick and half
   * an hour.
   *
   * @default 16
   */
  readonly pagePercent?: number | undefined;
  /**
   * The remaining life, in percent, below which the alarm pages again. Below `pagePercent`. At a tick
   * as long as this, the token may expire before the alarm.
   *
   * @default 4
   */
  readonly urgentPercent?: number | undefined;
}

/** A proxy between the function and Adobe IMS and AWS. */
export interface ImsTokenRotatorProxySettings {
  /** Its URL, for example `http://proxy.example.com:8080`, without a user name or password. */
  readonly url: string;
  /**
   * The hosts to call without it, as in NO_PROXY.
   *
   * @default - none; Secrets Manager if there is a `secretArn`
   */
  readonly exceptions?: string[] | undefined;
  /**
   * The secret with the proxy's `username` and `password`, by its complete ARN.
   *
   * @default - the proxy asks for no password
   */
  readonly secretArn?: string | undefined;
  /**
   * The customer managed key of that secret, by its ARN.
   *
   * @default - the AWS-managed key
   */
  readonly secretKeyArn?: string | undefined;
}
