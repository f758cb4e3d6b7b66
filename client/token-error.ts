/** Every error code of the client. Codes are stable; messages are not. */
export const tokenErrorCodes = [
  'ERR_TOKEN_NOT_READY',
  'ERR_TOKEN_EXPIRED',
  'ERR_TOKEN_TOO_SHORT',
  'ERR_TOKEN_UNREADABLE',
  'ERR_TOKEN_SECRET_NOT_FOUND',
  'ERR_TOKEN_ACCESS_DENIED',
  'ERR_TOKEN_READ_FAILED',
  'ERR_TOKEN_REVOKED',
  'ERR_TOKEN_RENEWAL_FAILED',
  'ERR_ORIGIN_NOT_ALLOWED',
  'ERR_PRODUCT_ACCESS_DENIED',
] as const;

/** One of the error codes, which the runbook explains. */
export type TokenErrorCode = (typeof tokenErrorCodes)[number];

/**
 * An expected failure of the client. Match on `code`, never on the message, which says who can do
 * what about it. Neither it nor its cause holds a token.
 */
export class TokenError extends Error {
  /** The kind of the failure. */
  readonly code: TokenErrorCode;

  constructor(code: TokenErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TokenError';
    this.code = code;
  }
}
