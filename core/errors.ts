import { showClientId } from './field-names.ts';
import type { EpochSeconds } from './instant.ts';
import type { Problem } from './problems.ts';

interface ErrorKind {
  /** Who has to act. */
  readonly actor: 'nobody' | 'operator' | 'credential owner' | 'deployer';
  /** It may pass by itself, so retrying helps. */
  readonly transient: boolean;
}

const transient: ErrorKind = { actor: 'nobody', transient: true };
const finalFor = (actor: ErrorKind['actor']): ErrorKind => ({ actor, transient: false });

/** Every error code of the function. Codes are stable; messages are not. */
export const errorKinds = {
  ERR_CONFIG_INVALID: finalFor('deployer'),
  ERR_EVENT_INVALID: finalFor('operator'),
  ERR_CREDENTIAL_INVALID: finalFor('credential owner'),
  ERR_CREDENTIAL_MISSING: finalFor('credential owner'),
  ERR_TOKEN_SECRET_MISSING: finalFor('deployer'),
  ERR_PAUSED: finalFor('operator'),
  ERR_BACKING_OFF: finalFor('credential owner'),
  ERR_RECENTLY_ISSUED: finalFor('operator'),
  ERR_MINT_BUDGET_SPENT: finalFor('operator'),
  ERR_NO_TIME_LEFT: transient,
  ERR_TOKEN_REJECTED: finalFor('credential owner'),
  ERR_TOKEN_MALFORMED: finalFor('operator'),
  ERR_TOKEN_INVALID: finalFor('operator'),
  ERR_TOKEN_UNAVAILABLE: transient,
  ERR_TOKEN_NOT_LATER: finalFor('operator'),
  ERR_IMS_CERTIFICATE: finalFor('operator'),
  ERR_IMS_PROXY: finalFor('operator'),
  ERR_IMS_UNRESOLVED: finalFor('operator'),
  ERR_SECRET_ACCESS_DENIED: finalFor('deployer'),
  ERR_SECRET_DECRYPTION: finalFor('deployer'),
  ERR_SECRET_ENCRYPTION: finalFor('deployer'),
  ERR_SECRET_REFUSED: finalFor('deployer'),
  ERR_SECRET_UNAVAILABLE: transient,
  ERR_AWS_CERTIFICATE: finalFor('operator'),
  ERR_AWS_PROXY: finalFor('operator'),
  ERR_AWS_UNRESOLVED: finalFor('operator'),
  ERR_PROXY_SECRET_INVALID: finalFor('operator'),
  ERR_VERSION_EXISTS: finalFor('nobody'),
  ERR_VERSION_LIMIT: finalFor('operator'),
  ERR_ROTATION_NEEDS_FIRST_TOKEN: finalFor('operator'),
  ERR_ROTATION_NOT_PENDING: finalFor('operator'),
  ERR_ROTATION_STALE: finalFor('operator'),
  ERR_CLIENT_SECRET_LIMIT: finalFor('operator'),
  ERR_CONSOLE_REJECTED: finalFor('credential owner'),
  ERR_CONSOLE_MALFORMED: finalFor('operator'),
  ERR_CONSOLE_UNAVAILABLE: transient,
  ERR_CONSOLE_CERTIFICATE: finalFor('operator'),
  ERR_CONSOLE_PROXY: finalFor('operator'),
  ERR_CONSOLE_UNRESOLVED: finalFor('operator'),
  ERR_STATUS_NOT_WRITTEN: finalFor('deployer'),
  ERR_UNEXPECTED: finalFor('operator'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

export interface RotatorErrorOptions extends ErrorOptions {
  /** Each thing wrong with an input, for callers that show them one by one. */
  readonly problems?: readonly Problem[] | undefined;
}

/**
 * An expected failure. Match on `code`, never on the message. It never holds a client secret or a
 * token.
 */
export class RotatorError extends Error {
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];

  constructor(
    code: ErrorCode,
    message: string,
    { problems = [], ...options }: RotatorErrorOptions = {},
  ) {
    super(message, options);
    // Lambda reports the name as the errorType, so callers of the function can match on it too.
    this.name = code;
    this.code = code;
    this.problems = problems;
  }

  /** Who has to act. */
  get actor(): ErrorKind['actor'] {
    return errorKinds[this.code].actor;
  }

  get transient(): boolean {
    return errorKinds[this.code].transient;
  }

  /** True for work that was not begun. */
  get deferred(): boolean {
    return false;
  }
}

/** The parts of IMS's response that are safe to log: none repeats what was sent. */
export interface TokenRequestDetails {
  /** Hidden if it could be a client secret. */
  readonly clientId: string;
  readonly status?: number | undefined;
  /** The `error` of the body, as in RFC 6749 section 5.2. */
  readonly imsError?: string | undefined;
  /** IMS's `x-debug-id`, which Adobe support asks for. */
  readonly debugId?: string | undefined;
  /** Seconds to wait, from the Retry-After header. */
  readonly retryAfter?: number | undefined;
}

/** IMS refused, could not be reached, or answered with something other than a token. */
export class TokenRequestError extends RotatorError {
  readonly details: TokenRequestDetails;

  constructor(
    code:
      | 'ERR_TOKEN_REJECTED'
      | 'ERR_TOKEN_MALFORMED'
      | 'ERR_TOKEN_INVALID'
      | 'ERR_TOKEN_UNAVAILABLE'
      | 'ERR_IMS_CERTIFICATE'
      | 'ERR_IMS_PROXY'
      | 'ERR_IMS_UNRESOLVED',
    message: string,
    details: TokenRequestDetails,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
    // Lambda logs all properties of an error that ends an invocation.
    this.details = { ...details, clientId: showClientId(details.clientId) };
  }
}

/** The parts of the Console API's response that are safe to log. */
export interface ConsoleRequestDetails {
  readonly status?: number | undefined;
  /** The `error_code` of the body, for example `401013`. */
  readonly errorCode?: string | undefined;
  /** Seconds to wait, from the Retry-After header. */
  readonly retryAfter?: number | undefined;
}

/** The Developer Console's API refused, could not be reached, or answered something unreadable. */
export class ConsoleRequestError extends RotatorError {
  readonly details: ConsoleRequestDetails;

  constructor(
    code:
      | 'ERR_CONSOLE_REJECTED'
      | 'ERR_CONSOLE_MALFORMED'
      | 'ERR_CONSOLE_UNAVAILABLE'
      | 'ERR_CONSOLE_CERTIFICATE'
      | 'ERR_CONSOLE_PROXY'
      | 'ERR_CONSOLE_UNRESOLVED',
    message: string,
    details: ConsoleRequestDetails,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
    this.details = details;
  }
}

/** IMS issued a token that does not outlive the stored one, which is kept. */
export class TokenNotLaterError extends RotatorError {
  /** When a new token would outlive the stored one. */
  readonly retryAt: EpochSeconds;

  constructor(message: string, retryAt: EpochSeconds) {
    super('ERR_TOKEN_NOT_LATER', message);
    this.retryAt = retryAt;
  }
}

/** IMS is not asked, because too many tokens were requested shortly before. */
export class BudgetSpentError extends RotatorError {
  /** When the budget allows the next request. */
  readonly nextAt: EpochSeconds;

  constructor(message: string, nextAt: EpochSeconds) {
    super('ERR_MINT_BUDGET_SPENT', message);
    this.nextAt = nextAt;
  }
}

/** Work that was not begun, and is left for the next tick. */
export class Deferral extends RotatorError {
  override get deferred(): boolean {
    return true;
  }
}

/**
 * Any error as one with a code. An unexpected error contributes only its name, because its message
 * may quote a value, as JSON.parse's does.
 */
export function asRotatorError(error: unknown): RotatorError {
  if (error instanceof RotatorError) return error;
  const name = error instanceof Error ? error.name : typeof error;
  return new RotatorError('ERR_UNEXPECTED', `unexpected ${name}`, { cause: error });
}
