import type { Config } from './config.ts';
import type { MetricName } from './contract.ts';
import type { EpochSeconds } from './instant.ts';
import type { SecretMetadata } from './ledger.ts';
import type { Sensitive } from './sensitive.ts';
import type { TokenResponse } from './token-response.ts';
import type { Digest } from './token-tags.ts';

/** Everything outside that a run touches, made by handler.ts for one invocation. */
export interface Deps {
  readonly config: Config;
  readonly now: () => EpochSeconds;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Resolves after so many seconds; rejects when the signal aborts. */
  readonly sleep: (seconds: number, signal: AbortSignal) => Promise<void>;
  /** Seconds until the invocation's deadline. */
  readonly remaining: () => number;
  readonly digest: Digest;
  readonly secrets: SecretStore;
  readonly tokenEndpoint: TokenEndpoint;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Aborts at the invocation's deadline. */
  readonly signal: AbortSignal;
}

/** A secret's value with what it takes to say later which version it was. */
export interface SecretValue {
  readonly arn: string;
  readonly versionId: string;
  readonly secretString: Sensitive;
}

/** Secrets Manager, where "not there" is an answer and everything else a RotatorError. */
export interface SecretStore {
  /** One page of the metadata of the secrets whose names begin with the prefix. */
  listPage(
    namePrefix: string,
    nextToken: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly rows: readonly SecretMetadata[]; readonly nextToken?: string }>;
  /** Undefined when there is no such secret or it is scheduled for deletion. */
  describe(secretId: string, signal: AbortSignal): Promise<SecretMetadata | undefined>;
  /** AWSCURRENT's value; undefined when there is none or the secret is scheduled for deletion. */
  read(secretId: string, signal: AbortSignal): Promise<SecretValue | undefined>;
  /** Of any version, whatever its labels; undefined also when that version has no value. */
  readVersion(
    version: { readonly secretId: string; readonly versionId: string },
    signal: AbortSignal,
  ): Promise<SecretValue | undefined>;
  /** The labels of the version, which exists afterwards. */
  put(version: NewVersion, signal: AbortSignal): Promise<readonly string[]>;
  /** Moves AWSCURRENT to the version, if it is on `from` (or nowhere). */
  makeCurrent(
    version: { readonly secretId: string; readonly versionId: string; readonly from?: string },
    signal: AbortSignal,
  ): Promise<void>;
  /** Takes AWSPENDING off the version; refused if it is not there. */
  removePending(
    version: { readonly secretId: string; readonly versionId: string },
    signal: AbortSignal,
  ): Promise<void>;
  /** Sets one tag of the secret. */
  setTag(
    tag: { readonly secretId: string; readonly key: string; readonly value: string },
    signal: AbortSignal,
  ): Promise<void>;
}

export interface NewVersion {
  readonly secretId: string;
  /** PutSecretValue's ClientRequestToken. */
  readonly versionId: string;
  readonly secretString: Sensitive;
  /** For AWSPENDING instead of AWSCURRENT. */
  readonly pending?: { readonly rotationToken?: Sensitive };
}

/** IMS: any HTTP answer is returned; no answer is ERR_TOKEN_UNAVAILABLE. */
export interface TokenEndpoint {
  request(grant: ClientCredentialsGrant, signal: AbortSignal): Promise<TokenResponse>;
  /** Asks IMS whether it takes the token. */
  validate(token: TokenToValidate, signal: AbortSignal): Promise<TokenResponse>;
}

export interface TokenToValidate {
  readonly imsHost: string;
  readonly clientId: string;
  readonly accessToken: Sensitive;
}

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4 */
export interface ClientCredentialsGrant {
  readonly imsHost: string;
  readonly clientId: string;
  readonly clientSecret: Sensitive;
  readonly scopes: readonly string[];
}

type Field = string | number | boolean | undefined | Readonly<Record<string, number>>;

/** Structured lines. Fields are named one by one, so that nothing is logged by accident. */
export interface Log {
  info(message: string, fields: Readonly<Record<string, Field>>): void;
  warn(message: string, fields: Readonly<Record<string, Field>>): void;
  error(message: string, fields: Readonly<Record<string, Field>>): void;
}

export interface Metrics {
  add(name: MetricName, value: number): void;
  /** A property beside the metrics, which is no dimension and costs nothing. */
  tell(property: string, value: string): void;
}
