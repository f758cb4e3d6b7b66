import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/** Recipients and thresholds of the alarms. */
export interface ImsTokenRotatorAlarmOptions {
  /**
   * Creates the alarms.
   *
   * @default true
   */
  readonly enabled?: boolean | undefined;
  /**
   * The addresses to mail, through an encrypted topic that is created for them. Cannot be combined
   * with `topic`.
   *
   * @default - none
   */
  readonly emails?: string[] | undefined;
  /**
   * An existing topic, whose policy and key let CloudWatch publish. Cannot be combined with `emails`.
   *
   * @default - one is created if there are `emails`
   */
  readonly topic?: ITopic | undefined;
  /**
   * The remaining life, in percent of a token's lifetime, below which the alarm pages: below 50, and
   * of 24 hours at least a tick and half an hour, as a tick measures it (3.2 at 15 minutes).
   *
   * @default 16
   */
  readonly pagePercent?: number | undefined;
  /**
   * The remaining life, in percent of a token's lifetime, below which the alarm pages again: above 0
   * and below `pagePercent`. At a tick as long as this, the token may expire before the alarm.
   *
   * @default 4
   */
  readonly urgentPercent?: number | undefined;
  /**
   * The address at which you publish the runbook of this package, `docs/runbook.md`. The description
   * of each alarm then links to its section.
   *
   * @default - the descriptions have the steps themselves
   */
  readonly runbookUrl?: string | undefined;
}

/** A proxy between the function and Adobe IMS and AWS. */
export interface ImsTokenRotatorProxyOptions {
  /** Its URL, for example `http://proxy.example.com:8080`, without a user name or password. */
  readonly url: string;
  /**
   * The hosts to call without it, as in NO_PROXY: a name stands for itself and all names below it.
   *
   * @default - none; Secrets Manager if there are `credentials`
   */
  readonly exceptions?: string[] | undefined;
  /**
   * A secret that holds a JSON object with `username` and `password`. Import it by its complete ARN,
   * and with its key unless that is the AWS-managed one. The function reads it without the proxy, so
   * Secrets Manager needs another route, for example a VPC endpoint.
   *
   * @default - the proxy asks for no password
   */
  readonly credentials?: ISecret | undefined;
}

/** Properties of a rotator. */
export interface ImsTokenRotatorProps {
  /**
   * The rotator's name, unique in its account and Region.
   *
   * @default - the stack's name
   */
  readonly rotatorName?: string | undefined;
  /**
   * The prefix of the rotator's secret names, without the slash that follows.
   * Every pair of secrets `<prefix>/NAME/client` and `<prefix>/NAME/token` is a credential of the
   * rotator, whoever made it.
   *
   * @default - `ims-token-rotator/<rotatorName>`
   */
  readonly prefix?: string | undefined;
  /**
   * The interval between two passes over all credentials, 3 to 1,440 whole minutes. The alarms come
   * before a token expires at up to 172; without them, a failed renewal is retried in time at up to 360.
   *
   * @default Duration.minutes(15)
   */
  readonly tick?: Duration | undefined;
  /**
   * The time that a run may take: 2 to 15 minutes, and less than `tick`.
   *
   * @default Duration.minutes(10)
   */
  readonly timeout?: Duration | undefined;
  /**
   * The number of schedules among which the credentials are divided, 1 to 10, each of which ticks at
   * the interval of `tick`. With 2 or more, `tick` must divide an hour, or be hours that divide a day.
   *
   * @default 1
   */
  readonly shards?: number | undefined;
  /**
   * Beginnings that many credentials' names share, for example `customer-`, at most 20. Shards tell
   * names apart by the first character that follows the stem.
   *
   * @default - names are told apart by their first character
   */
  readonly shardStems?: string[] | undefined;
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
   * The function's memory, 256 to 10,240 megabytes.
   *
   * @default 256
   */
  readonly memorySize?: number | undefined;
  /**
   * The invocations to reserve for the function, at least one for each of the `shards`. The ticks of
   * one shard never overlap, but a stored credential and the commands of operators invoke the function
   * beside them; 4 more suffice, and one for each client secret that rotates.
   *
   * @default - the function shares the concurrency of the account
   */
  readonly reservedConcurrentExecutions?: number | undefined;
  /**
   * How long CloudWatch keeps the function's log.
   *
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: RetentionDays | undefined;
  /**
   * The key that encrypts all secrets that are created. Secrets onboarded at run time may use it too.
   *
   * @default - the AWS-managed key
   */
  readonly encryptionKey?: IKey | undefined;
  /**
   * The function's role, to which the construct adds its policies. It must trust
   * `lambda.amazonaws.com`. An imported role must be of this account, and must not be imported with
   * `mutable: false`.
   *
   * @default - a new role
   */
  readonly role?: IRole | undefined;
  /**
   * The key that encrypts the function's log. The construct lets CloudWatch Logs use it; the policy of
   * an imported key must let `logs.<region>.amazonaws.com` use it already.
   *
   * @default - the key of CloudWatch Logs
   */
  readonly logEncryptionKey?: IKey | undefined;
  /**
   * The key that encrypts the function's environment. Operators need `kms:Decrypt` on it, which
   * `grantOperate` gives them, or their commands do not recognize the function.
   *
   * @default - the AWS-managed key
   */
  readonly environmentEncryption?: IKey | undefined;
  /**
   * The fate of a secret that is removed from the stack. Without it, workloads have no token. By
   * default it is kept, except by the rollback of the deployment that creates it: kept then, the empty
   * secret would block the next attempt.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy | undefined;
  /**
   * Validates each new token at IMS before it is stored.
   *
   * @default false
   */
  readonly validate?: boolean | undefined;
  /**
   * Lets operators start Secrets Manager's own rotation by hand. The schedule renews either way.
   *
   * @default false
   */
  readonly nativeRotation?: boolean | undefined;
  /**
   * Traces the function with AWS X-Ray.
   *
   * @default false
   */
  readonly tracing?: boolean | undefined;
  /**
   * The VPC to run the function in. It needs routes to Adobe IMS and to Secrets Manager, or to `proxy`.
   *
   * @default - the function runs outside a VPC
   */
  readonly vpc?: IVpc | undefined;
  /**
   * The subnets of `vpc` to use.
   *
   * @default - the private subnets
   */
  readonly vpcSubnets?: SubnetSelection | undefined;
  /**
   * The function's security groups in `vpc`.
   *
   * @default - one that allows all outbound traffic
   */
  readonly securityGroups?: ISecurityGroup[] | undefined;
  /**
   * The proxy between the function and Adobe IMS and AWS.
   *
   * @default - none
   */
  readonly proxy?: ImsTokenRotatorProxyOptions | undefined;
  /**
   * The path of a PEM file of certificate authorities that the function trusts beside the public
   * ones, for a proxy that inspects TLS.
   *
   * @default - only the public ones
   */
  readonly caCertificates?: string | undefined;
  /**
   * Recipients and thresholds of the alarms.
   *
   * @default - alarms without recipients
   */
  readonly alarms?: ImsTokenRotatorAlarmOptions | undefined;
  /**
   * Creates a dashboard.
   *
   * @default true
   */
  readonly dashboard?: boolean | undefined;
}
