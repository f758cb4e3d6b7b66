import type { Duration } from 'aws-cdk-lib';
import type { IRuleTarget } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret, ReplicaRegion } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/** Properties of a credential that `ImsTokenRotator.addCredential` creates. */
export interface ImsCredentialProps {
  /**
   * The product whose documented scopes to request: a member of `ImsProduct`, or its value, for
   * example `workfront-fusion`. Scopes in the client secret's value take precedence. Cannot be
   * combined with `scopes`.
   *
   * @default - `scopes`, or the scopes in the client secret's value
   */
  readonly product?: string | undefined;
  /**
   * The scopes to request. Scopes in the client secret's value take precedence. Cannot be combined
   * with `product`.
   *
   * @default - the scopes of `product`, or the scopes in the client secret's value
   */
  readonly scopes?: string[] | undefined;
  /**
   * The time before expiry at which a token is renewed, at most half its lifetime. With alarms it is
   * at least the page threshold and two ticks, and four ticks and half an hour.
   *
   * @default - half the token's lifetime
   */
  readonly renewBefore?: Duration | undefined;
  /**
   * An existing secret that holds the credential. Import it by its complete ARN, and with its key
   * unless that is the AWS-managed one.
   *
   * @default - an empty secret `<prefix>/<name>/client` for you to fill
   */
  readonly clientSecret?: ISecret | undefined;
  /**
   * Lets Secrets Manager rotate the client secret: the function then adds a new one at Adobe, and
   * deletes the old one a day later. The credential's Adobe project needs the I/O Management API, and
   * its stored value the two ids of the Developer Console. Cannot be combined with `clientSecret`.
   *
   * @default false
   */
  readonly clientSecretRotation?: boolean | undefined;
  /**
   * When the client secret rotates: a cron expression of Secrets Manager for a full hour (UTC) on one
   * day of a month or of a week. Secrets Manager chooses a time between that hour and midnight.
   *
   * @default - `cron(0 4 1 * ? *)`, the first day of each month
   */
  readonly clientSecretRotationSchedule?: string | undefined;
  /**
   * The key that encrypts the secrets that are created. Readers in other accounts need one.
   *
   * @default - the rotator's `encryptionKey`
   */
  readonly encryptionKey?: IKey | undefined;
  /**
   * Further Regions to replicate the token to.
   *
   * @default - none
   */
  readonly replicaRegions?: ReplicaRegion[] | undefined;
  /**
   * The ids of other accounts, whose administrators may then let workloads read the token.
   *
   * @default - none
   */
  readonly readerAccounts?: string[] | undefined;
  /**
   * Declares that the policies of imported keys, which this app cannot edit, already let readers in
   * other accounts decrypt.
   *
   * @default false
   */
  readonly keyPolicyManagedElsewhere?: boolean | undefined;
}

/** Identifies an existing credential. Give `rotatorName` or `prefix`. */
export interface ImsCredentialFromNameProps {
  /** The credential's short name. */
  readonly name: string;
  /**
   * The name of the credential's rotator.
   *
   * @default - none; `prefix` is required
   */
  readonly rotatorName?: string | undefined;
  /**
   * The prefix of the rotator's secret names, without the slash that follows.
   *
   * @default - `ims-token-rotator/<rotatorName>`
   */
  readonly prefix?: string | undefined;
  /**
   * The rotator's account.
   *
   * @default - the stack's account; required if the stack has no `env`
   */
  readonly account?: string | undefined;
  /**
   * The Region to read the token in: the rotator's, or that of a replica.
   *
   * @default - the stack's Region; required if the stack has no `env`
   */
  readonly region?: string | undefined;
  /**
   * The complete ARN of the token secret, which ends in six random characters. AWS recommends it to
   * readers in other accounts. Cannot be combined with `account` and `region`, which it contains.
   *
   * @default - the ARN without these characters, which Secrets Manager accepts as well
   */
  readonly tokenSecretArn?: string | undefined;
  /**
   * The key that encrypts the token secret in that Region. Another account's token has one.
   *
   * @default - the AWS-managed key
   */
  readonly encryptionKey?: IKey | undefined;
  /**
   * Further Regions to read the token in.
   *
   * @default - none
   */
  readonly replicaRegions?: ReplicaRegion[] | undefined;
}

/** Options of `ImsCredential.onTokenRenewed`. */
export interface OnTokenRenewedOptions {
  /** What EventBridge invokes. */
  readonly target: IRuleTarget;
  /**
   * Where to create the rule. A target in another stack needs it, as that stack may depend on the
   * credential's.
   *
   * @default - the credential
   */
  readonly crossStackScope?: Construct | undefined;
}
