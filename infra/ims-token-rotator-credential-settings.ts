/** The settings of one credential. */
export interface ImsTokenRotatorCredentialSettings {
  /**
   * The product whose documented scopes to request. Cannot be combined with `scopes`.
   *
   * @default - the scopes in the client secret
   */
  readonly product?: string | undefined;
  /**
   * The scopes to request. Cannot be combined with `product`.
   *
   * @default - the scopes in the client secret
   */
  readonly scopes?: string[] | undefined;
  /**
   * The remaining life at which to renew, as an ISO 8601 duration, for example `PT8H`. It is at least
   * the page threshold and two ticks, and four ticks and half an hour.
   *
   * @default - half of the token's life
   */
  readonly renewBefore?: string | undefined;
  /**
   * An existing secret that holds the credential, by its complete ARN.
   *
   * @default - a new secret under the prefix, empty
   */
  readonly clientSecretArn?: string | undefined;
  /**
   * The customer managed key of that existing secret, by its ARN.
   *
   * @default - the AWS-managed key
   */
  readonly clientSecretKeyArn?: string | undefined;
  /**
   * Lets Secrets Manager rotate the client secret, at Adobe too. Cannot be combined with
   * `clientSecretArn`.
   *
   * @default false
   */
  readonly clientSecretRotation?: boolean | undefined;
  /**
   * When it rotates: a cron expression for a full hour (UTC) on one day of a month or of a week. Needs
   * `clientSecretRotation`.
   *
   * @default - the first day of each month, from 4:00 on
   */
  readonly clientSecretRotationSchedule?: string | undefined;
  /**
   * The customer managed key of the credential's new secrets, by its ARN.
   *
   * @default - that of the rotator
   */
  readonly keyArn?: string | undefined;
}
