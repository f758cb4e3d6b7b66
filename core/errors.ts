/** Who has to act on an error, and whether it may pass by itself so that trying again helps. */
interface ErrorKind {
  readonly actor: 'nobody' | 'operator' | 'credential owner' | 'deployer';
  readonly transient: boolean;
}

const transient: ErrorKind = { actor: 'nobody', transient: true };
const finalFor = (actor: ErrorKind['actor']): ErrorKind => ({ actor, transient: false });

/** Every error code there is. Codes are stable; messages are not. */
export const errorKinds = {
  ERR_CONFIG_INVALID: finalFor('deployer'),
  ERR_EVENT_INVALID: finalFor('operator'),
  ERR_CREDENTIAL_INVALID: finalFor('credential owner'),
  ERR_CREDENTIAL_MISSING: finalFor('credential owner'),
  ERR_TOKEN_SECRET_MISSING: finalFor('deployer'),
  ERR_PAUSED: finalFor('operator'),
  ERR_BACKING_OFF: finalFor('credential owner'),
  ERR_RECENTLY_ISSUED: finalFor('operator'),
  ERR_NO_TIME_LEFT: transient,
  ERR_TOKEN_REJECTED: finalFor('credential owner'),
  ERR_TOKEN_MALFORMED: finalFor('operator'),
  ERR_TOKEN_INVALID: finalFor('operator'),
  ERR_TOKEN_UNAVAILABLE: transient,
  ERR_TOKEN_NOT_LATER: finalFor('operator'),
  ERR_SECRET_ACCESS_DENIED: finalFor('deployer'),
  ERR_SECRET_DECRYPTION: finalFor('deployer'),
  ERR_SECRET_ENCRYPTION: finalFor('deployer'),
  ERR_SECRET_REFUSED: finalFor('deployer'),
  ERR_SECRET_UNAVAILABLE: transient,
  ERR_VERSION_EXISTS: finalFor('nobody'),
  ERR_VERSION_LIMIT: finalFor('operator'),
  ERR_ROTATION_NEEDS_FIRST_TOKEN: finalFor('operator'),
  ERR_ROTATION_NOT_PENDING: finalFor('operator'),
  ERR_ROTATION_STALE: finalFor('operator'),
  ERR_STATUS_NOT_WRITTEN: finalFor('deployer'),
  ERR_UNEXPECTED: finalFor('operator'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

/** An expected failure. Match on `code`, never on the message, which holds no secret and no token. */
export class RenewalError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    // Lambda reports the name as the errorType, so callers of the function can match on it too.
    this.name = code;
    this.code = code;
  }

  /** Who has to act. */
  get actor(): ErrorKind['actor'] {
    return errorKinds[this.code].actor;
  }

  get transient(): boolean {
    return errorKinds[this.code].transient;
  }
}

/** What IMS answered, as far as it may be told. */
export interface TokenRequestDetails {
  readonly clientId: string;
  readonly status?: number;
  /** The `error` of the body, as in RFC 6749 section 5.2. */
  readonly imsError?: string;
  /** IMS's `x-debug-id`, which Adobe support asks for. */
  readonly debugId?: string;
  /** Seconds that IMS asked to wait, by its Retry-After. */
  readonly retryAfter?: number;
}

/** IMS refused, could not be reached, or answered with something that is not a token. */
export class TokenRequestError extends RenewalError {
  readonly details: TokenRequestDetails;

  constructor(
    code:
      | 'ERR_TOKEN_REJECTED'
      | 'ERR_TOKEN_MALFORMED'
      | 'ERR_TOKEN_INVALID'
      | 'ERR_TOKEN_UNAVAILABLE',
    message: string,
    details: TokenRequestDetails,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
    this.details = details;
  }
}

/** Not tried in this run, and no failure of the credential: the next tick will. */
export class Deferral extends RenewalError {}

/**
 * Makes any error one with a code. Of an unexpected one only its name is told, for its message may
 * quote a value, as that of JSON.parse does.
 */
export function asRenewalError(error: unknown): RenewalError {
  if (error instanceof RenewalError) return error;
  const name = error instanceof Error ? error.name : typeof error;
  return new RenewalError('ERR_UNEXPECTED', `unexpected ${name}`, { cause: error });
}
