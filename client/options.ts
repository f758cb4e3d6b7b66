import type { TokenError } from './token-error.ts';

/** The value of the token secret, as GetSecretValue returns it. */
export interface SecretValue {
  /** The value itself, a JSON object. */
  readonly SecretString?: string | undefined;
  /** Its version. Two answers with the same one have the same value. */
  readonly VersionId?: string | undefined;
}

/** A read that a `ReadSecret` is asked for. */
export interface ReadRequest {
  /** Aborts when the read takes too long. */
  readonly signal: AbortSignal;
  /** True if an answer from a cache will not do. */
  readonly fresh: boolean;
}

/** Reads the token secret's current value. Errors are told apart by AWS's names for them. */
export type ReadSecret = (request: ReadRequest) => Promise<SecretValue>;

/** An AWS SDK client, as far as it is used. */
export interface AwsClient {
  /** Sends one command. */
  send(command: never, options?: { abortSignal?: AbortSignal }): Promise<unknown>;
}

/** The rotator that renews the token, for `onRejected: 'renew'`. */
export interface RotatorOptions {
  /** The function's name or ARN: the stack's output `FunctionName`. */
  readonly functionName: string;
  /** The credential's name. @default from the secret's name, `<prefix>/<credential>/token` */
  readonly credential?: string | undefined;
  /** A LambdaClient. @default a new one */
  readonly client?: AwsClient | undefined;
}

/** Where a token is, and when it is read again. */
export interface TokenReaderOptions {
  /** The token secret's name or ARN. Another account's needs the ARN. */
  readonly secretId: string;
  /**
   * Where to read: Secrets Manager by the AWS SDK; the AWS Parameters and Secrets extension of
   * Lambda; the AWS Secrets Manager Agent; or a function of your own.
   *
   * The extension answers from its cache for up to `SECRETS_MANAGER_TTL` (5 minutes), even after
   * the token was rejected. The agent is asked to bypass its cache then.
   *
   * @default the SDK if `client` is set; the extension if its port is in the environment, as CDK
   *   sets it; the agent if its token is in the environment or in its usual file; otherwise the SDK
   */
  readonly source?: 'secrets-manager' | 'extension' | 'agent' | ReadSecret | undefined;
  /** A SecretsManagerClient. @default a new one, in the Region of the ARN */
  readonly client?: AwsClient | undefined;
  /** The port of the extension or agent. @default PARAMETERS_SECRETS_EXTENSION_HTTP_PORT, or 2773 */
  readonly port?: number | undefined;
  /** Seconds until the secret is read again, at least 10. @default 300 */
  readonly timeToLive?: number | undefined;
  /** Seconds before the token expires from which a new one is looked for, at least 60. @default 60 */
  readonly margin?: number | undefined;
  /**
   * More headers for `getHeaders()`, for example Fusion's `x-organization-id` and `x-gw-region`.
   * An undefined value removes a header.
   */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /**
   * Called with each problem that may not surface otherwise: a failed read, which the cached token
   * may outlast, and a valid token that a product rejects. What it throws is ignored.
   */
  readonly onProblem?: ((problem: TokenError) => unknown) | undefined;
  /**
   * `'renew'`: when a product rejects a token that is still the current one, the rotator is asked
   * for a new one, at most once in 10 minutes, and less and less often, down to once an hour,
   * while the product rejects the new ones too. A token revoked early is not noticed otherwise. It
   * needs `rotator`, the right to invoke that function, and a source that tells the `VersionId`.
   *
   * @default the problem is reported
   */
  readonly onRejected?: 'renew' | undefined;
  /** For `onRejected`. @default none */
  readonly rotator?: RotatorOptions | undefined;
}

/** Options of `getToken` and `getHeaders`. */
export interface GetTokenOptions {
  /** Seconds that the token must stay valid, for example for the length of a job. @default 0 */
  readonly validFor?: number | undefined;
}

/** Reads a token, and keeps it for as long as it is good. */
export interface TokenReader {
  /**
   * The access token, never one that has expired.
   *
   * @throws TokenError if there is none
   */
  getToken(options?: GetTokenOptions): Promise<string>;
  /**
   * The headers of a call: `Authorization`, `x-api-key`, `x-gw-ims-org-id` if it is known, and those
   * of the options.
   *
   * @throws TokenError if there is no token
   */
  getHeaders(options?: GetTokenOptions): Promise<Record<string, string>>;
  /**
   * Says that a product answered 401 to this token, so that the secret is read again. It does
   * nothing if the token is no longer the cached one.
   */
  invalidate(token: string): void;
}
