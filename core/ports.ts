import type { Config } from './config.ts';
import type { ConsoleResponse } from './console-secrets.ts';
import type { MetricName } from './contract.ts';
import type { EpochSeconds } from './instant.ts';
import type { SecretMetadata } from './ledger.ts';
import type { Sensitive } from './sensitive.ts';
import type { TokenResponse } from './token-response.ts';
import type { Digest } from './token-tags.ts';

/** A run's external dependencies. handler.ts builds them anew for each invocation. */
export interface Deps {
  readonly config: Config;
  readonly now: () => EpochSeconds;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Resolves after that many seconds; rejects when the signal aborts. */
  readonly sleep: (seconds: number, signal: AbortSignal) => Promise<void>;
  /** Seconds until the invocation's deadline. */
  readonly remaining: () => number;
  readonly digest: Digest;
  readonly secrets: SecretStore;
  readonly tokenEndpoint: TokenEndpoint;
  readonly consoleEndpoint: ConsoleEndpoint;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Aborts at the invocation's deadline. */
  readonly signal: AbortSignal;
}

/** The value of one version of a secret. */
export interface SecretValue {
  readonly arn: string;
  readonly versionId: string;
  /** When the version was stored; undefined if Secrets Manager does not tell. */
  readonly createdAt?: EpochSeconds | undefined;
  /** Empty for a SecretBinary, which no consumer can read as a token. */
  readonly secretString: Sensitive;
  /** The text of the SecretString or of the SecretBinary, in which a credential may be stored. */
  readonly text: Sensitive;
}

export interface Version {
  readonly secretId: string;
  readonly versionId: string;
}

/** Secrets Manager. "Not there" is an answer; every other failure is a RotatorError. */
export interface SecretStore {
  /** One page of the metadata of the secrets whose names begin with one of the prefixes. */
  listPage(
    namePrefixes: readonly string[],
    nextToken: string | undefined,
    signal: AbortSignal,
  ): Promise<{
    readonly rows: readonly SecretMetadata[];
    readonly nextToken?: string | undefined;
  }>;
  /** Undefined when the secret does not exist or is scheduled for deletion. */
  describe(secretId: string, signal: AbortSignal): Promise<SecretMetadata | undefined>;
  /** AWSCURRENT's value; undefined when it has none or the secret is scheduled for deletion. */
  read(secretId: string, signal: AbortSignal): Promise<SecretValue | undefined>;
  /** AWSPREVIOUS's value; undefined as for `read`. */
  readPrevious(secretId: string, signal: AbortSignal): Promise<SecretValue | undefined>;
  /** The value of any version, whatever its labels; undefined also when the version is empty. */
  readVersion(version: Version, signal: AbortSignal): Promise<SecretValue | undefined>;
  /** Stores a version that may exist already, and returns its labels. */
  put(version: NewVersion, signal: AbortSignal): Promise<readonly string[]>;
  /** Moves AWSCURRENT to the version, if `from` has it (or no version has it). */
  makeCurrent(
    version: Version & { readonly from?: string | undefined },
    signal: AbortSignal,
  ): Promise<void>;
  /** Takes AWSPENDING off the version; refused if the version does not have it. */
  removePending(version: Version, signal: AbortSignal): Promise<void>;
  setTag(
    tag: { readonly secretId: string; readonly key: string; readonly value: string },
    signal: AbortSignal,
  ): Promise<void>;
}

/** A version to store; `versionId` is PutSecretValue's ClientRequestToken. */
export interface NewVersion extends Version {
  readonly secretString: Sensitive;
  /** Labels the version AWSPENDING instead of AWSCURRENT. */
  readonly pending?: { readonly rotationToken?: Sensitive | undefined } | undefined;
}

/** IMS. Every HTTP response is returned; no response is ERR_TOKEN_UNAVAILABLE. */
export interface TokenEndpoint {
  /** Told when a request is likely to follow. */
  prepare?(): void;
  request(grant: ClientCredentialsGrant, signal: AbortSignal): Promise<TokenResponse>;
  /** Asks IMS whether it accepts the token. */
  validate(token: TokenToValidate, signal: AbortSignal): Promise<TokenResponse>;
}

/** Secrets that IMS knows from other requests, and may repeat in its response to this one. */
export interface AlsoKnown {
  /** All client secrets of the credential. */
  readonly clientSecrets?: readonly Sensitive[] | undefined;
}

export interface TokenToValidate extends AlsoKnown {
  readonly imsHost: string;
  readonly clientId: string;
  readonly accessToken: Sensitive;
}

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4 */
export interface ClientCredentialsGrant extends AlsoKnown {
  readonly imsHost: string;
  readonly clientId: string;
  readonly clientSecret: Sensitive;
  readonly scopes: readonly string[];
}

/** A credential that manages its own client secrets, and the token that it does so with. */
export interface ConsoleAccess {
  readonly consoleOrgId: string;
  readonly credentialId: string;
  readonly clientId: string;
  readonly accessToken: Sensitive;
}

/**
 * The client secrets of a credential in the Developer Console. Every HTTP response is returned; no
 * response is ERR_CONSOLE_UNAVAILABLE.
 */
export interface ConsoleEndpoint {
  list(access: ConsoleAccess, signal: AbortSignal): Promise<ConsoleResponse>;
  /** Adds a secret. The response is the only one with its value, and a repetition adds another. */
  add(access: ConsoleAccess, signal: AbortSignal): Promise<ConsoleResponse>;
  /** Deletes a secret for good. */
  remove(access: ConsoleAccess, uuid: string, signal: AbortSignal): Promise<ConsoleResponse>;
}

type Field = string | number | boolean | undefined | Readonly<Record<string, number>>;

export type Fields = Readonly<Record<string, Field>>;

/** Structured log lines. Callers name each field, so that nothing is logged by accident. */
export interface Log {
  info(message: string, fields: Fields): void;
  warn(message: string, fields: Fields): void;
  error(message: string, fields: Fields): void;
}

export interface Metrics {
  add(name: MetricName, value: number): void;
  /** Counts everything under this shard too. */
  alsoFor(shard: string): void;
  /** A property beside the metrics: not a dimension, and free. */
  tell(property: string, value: string): void;
}
