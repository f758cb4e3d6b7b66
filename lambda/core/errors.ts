/** Who has to act on an error, and whether the next tick may put it right by itself. */
interface ErrorKind {
  readonly actor: 'nobody' | 'operator' | 'credential owner' | 'deployer';
  readonly retryable: boolean;
}

/** Every error code there is. Codes are stable; messages are not. */
export const errorKinds = {
  ERR_CONFIG_INVALID: { actor: 'deployer', retryable: false },
  ERR_EVENT_INVALID: { actor: 'operator', retryable: false },
  ERR_CREDENTIAL_INVALID: { actor: 'credential owner', retryable: false },
  ERR_CREDENTIAL_MISSING: { actor: 'credential owner', retryable: false },
  ERR_PAUSED: { actor: 'operator', retryable: false },
  ERR_RECENTLY_ISSUED: { actor: 'nobody', retryable: true },
  ERR_TOKEN_SECRET_MISSING: { actor: 'deployer', retryable: false },
  ERR_TOKEN_REJECTED: { actor: 'credential owner', retryable: false },
  ERR_TOKEN_MALFORMED: { actor: 'operator', retryable: false },
  ERR_TOKEN_UNAVAILABLE: { actor: 'nobody', retryable: true },
  ERR_TOKEN_NOT_LATER: { actor: 'operator', retryable: false },
  ERR_SECRET_ACCESS_DENIED: { actor: 'deployer', retryable: false },
  ERR_SECRET_REFUSED: { actor: 'deployer', retryable: false },
  ERR_SECRET_UNAVAILABLE: { actor: 'nobody', retryable: true },
  ERR_VERSION_EXISTS: { actor: 'operator', retryable: false },
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

  get retryable(): boolean {
    return errorKinds[this.code].retryable;
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
}

/** IMS refused, could not be reached, or answered with something that is not a token. */
export class TokenRequestError extends RenewalError {
  readonly details: TokenRequestDetails;

  constructor(
    code: 'ERR_TOKEN_REJECTED' | 'ERR_TOKEN_MALFORMED' | 'ERR_TOKEN_UNAVAILABLE',
    message: string,
    details: TokenRequestDetails,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
    this.details = details;
  }
}
