import * as v from 'valibot';
import { holdsWhole } from './echo.ts';
import {
  type ErrorCode,
  TokenNotLaterError,
  type TokenRequestDetails,
  TokenRequestError,
} from './errors.ts';
import { looksSecretId } from './field-names.ts';
import { type EpochSeconds, epochSeconds, formatInstant } from './instant.ts';
import type { AlsoKnown } from './ports.ts';
import { listProblems, problemsOf } from './problems.ts';
import { redactId } from './redact.ts';
import { isOfProxy, isPageOfProxy, readRemoteError } from './remote-error.ts';
import { parseRetryAfter } from './retry-delay.ts';
import { revealAll, Sensitive } from './sensitive.ts';
import { claimedExpiry } from './token-claims.ts';
import { longestLifetime } from './version-id.ts';

/** The token endpoint's response, unparsed. */
export interface TokenResponse {
  readonly status: number;
  readonly body: string;
  /** IMS's `x-debug-id`, which does not repeat what was sent. */
  readonly debugId?: string | undefined;
  /** The Retry-After header, unparsed. */
  readonly retryAfter?: string | undefined;
}

export interface TokenRequest extends AlsoKnown {
  /** Just before the request was sent; the lifetime counts from here. */
  readonly requestedAt: EpochSeconds;
  readonly clientId: string;
  readonly clientSecret: Sensitive;
}

/** A token that may be stored. */
export interface IssuedToken {
  readonly accessToken: Sensitive;
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
  /** Seconds from issue to expiry. */
  readonly lifetime: number;
  /** Present when the token's claims and the response disagree by more than clocks may. */
  readonly warning?: string | undefined;
}

const skewTolerance = 300;

const schema = v.object({
  access_token: v.pipe(
    v.string('is not a string'),
    v.regex(/^[\x21-\x7e]+$/, 'is empty or does not fit an HTTP header'),
    v.maxLength(16_384, 'is longer than 16384 characters'),
  ),
  token_type: v.optional(
    v.pipe(
      v.string('is not a string'),
      v.check((type) => type.toLowerCase() === 'bearer', 'is not bearer'),
    ),
  ),
  expires_in: v.pipe(
    v.number('is not a number'),
    v.check((value) => value >= 1, 'is not positive'),
    v.maxValue(longestLifetime, 'is more than 12 days, so it is probably in milliseconds'),
  ),
});

/**
 * Turns the token endpoint's response into a token that may be stored, and anything else into an
 * error: ERR_TOKEN_UNAVAILABLE when retrying may help (408, 429, 5xx, an unreadable 2xx),
 * ERR_IMS_PROXY for an answer that only a proxy gives (407, 511, 3xx, a page as a 2xx),
 * ERR_TOKEN_MALFORMED for a 2xx that breaks the contract, ERR_TOKEN_REJECTED for the rest.
 *
 * @throws TokenRequestError
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5
 */
export function parseTokenResponse(response: TokenResponse, request: TokenRequest): IssuedToken {
  const { status } = response;
  const body = parseJson(response.body);
  const secrets = secretsIn(body, request);
  const debugId = response.debugId && redactId(response.debugId, secrets);
  const details: TokenRequestDetails = { clientId: request.clientId, status, debugId };
  if (status < 200 || status > 299) throw rejection(response, request, { details, secrets });
  if (body === undefined) {
    const what = isPageOfProxy(status, response.body)
      ? 'a page, which a proxy or a web filter may have put in its place'
      : 'a body that is not JSON';
    const code = failureCodeOf(response, 'ERR_TOKEN_UNAVAILABLE');
    throw new TokenRequestError(code, `IMS answered ${status} with ${what}`, details);
  }
  const checked = v.safeParse(schema, body, { abortPipeEarly: true });
  const problems = checked.success
    ? problemOfEcho(checked.output.access_token, request)
    : listProblems(problemsOf(checked.issues));
  if (!checked.success || problems !== undefined) {
    const message = `IMS answered ${status} without a usable token: ${problems}`;
    throw new TokenRequestError('ERR_TOKEN_MALFORMED', message, details);
  }
  const { access_token: accessToken, expires_in: expiresIn } = checked.output;
  const life = lifeOf(request.requestedAt, Math.floor(expiresIn), claimedExpiry(accessToken));
  if (life.expiresAt <= request.requestedAt) {
    const message = `IMS issued a token whose claims say that it expired at ${formatInstant(life.expiresAt)}`;
    throw new TokenRequestError('ERR_TOKEN_MALFORMED', message, details);
  }
  return { accessToken: new Sensitive(accessToken), ...life };
}

/** Everything secret that the response may repeat, its own token included. */
function secretsIn(body: unknown, request: TokenRequest): readonly string[] {
  const { clientId } = request;
  const token = v.safeParse(v.object({ access_token: v.string() }), body);
  return [
    ...clientSecretsOf(request),
    ...(looksSecretId(clientId) ? [clientId] : []),
    ...(token.success ? [token.output.access_token] : []),
  ];
}

function clientSecretsOf({ clientSecret, clientSecrets = [] }: TokenRequest): readonly string[] {
  return [...new Set(revealAll([clientSecret, ...clientSecrets]))];
}

/** Whoever may read tokens must not read a client secret in one. */
function problemOfEcho(accessToken: string, request: TokenRequest): string | undefined {
  const repeated = clientSecretsOf(request).some((secret) => holdsWhole(accessToken, secret));
  return repeated ? 'access_token repeats a client secret' : undefined;
}

/** @throws TokenNotLaterError ERR_TOKEN_NOT_LATER */
export function assertExpiresLater(
  token: { readonly expiresAt: EpochSeconds; readonly lifetime: number },
  stored: { readonly expiresAt: EpochSeconds },
): void {
  if (token.expiresAt > stored.expiresAt) return;
  throw new TokenNotLaterError(
    `IMS issued a token that expires at ${formatInstant(token.expiresAt)}, ` +
      `not later than the stored one (${formatInstant(stored.expiresAt)})`,
    epochSeconds(stored.expiresAt - token.lifetime),
  );
}

/** The earlier expiry wins. A difference within the tolerance is that of two clocks. */
function lifeOf(
  requestedAt: EpochSeconds,
  lifetime: number,
  claimed: EpochSeconds | undefined,
): Omit<IssuedToken, 'accessToken'> {
  const stated = epochSeconds(requestedAt + lifetime);
  const answer = { issuedAt: requestedAt, expiresAt: stated, lifetime };
  if (claimed === undefined) return answer;
  const ahead = claimed - stated;
  if (Math.abs(ahead) <= skewTolerance) {
    const shift = Math.min(0, ahead);
    return {
      issuedAt: epochSeconds(requestedAt + shift),
      expiresAt: epochSeconds(stated + shift),
      lifetime,
    };
  }
  const warning =
    `the token's claims say that it expires at ${formatInstant(claimed)}, ` +
    `the response says ${formatInstant(stated)}; the earlier one counts`;
  if (ahead > 0) return { ...answer, warning };
  return { ...answer, expiresAt: claimed, lifetime: claimed - requestedAt, warning };
}

function rejection(
  response: TokenResponse,
  request: TokenRequest,
  known: { readonly details: TokenRequestDetails; readonly secrets: readonly string[] },
): TokenRequestError {
  const { status } = response;
  const { code: imsError, text } = readRemoteError(response.body, known.secrets);
  const retryAfter = parseRetryAfter(response.retryAfter, request.requestedAt);
  return new TokenRequestError(
    failureCodeOf(response, 'ERR_TOKEN_REJECTED'),
    `IMS answered ${[status, imsError, text && `(${text})`].filter(Boolean).join(' ')}`,
    { ...known.details, imsError, retryAfter },
  );
}

/** The code of a response that is not a usable success. */
export function failureCodeOf<Final extends ErrorCode>(
  { status, body }: Pick<TokenResponse, 'status' | 'body'>,
  final: Final,
) {
  if (isOfProxy(status) || isPageOfProxy(status, body)) return 'ERR_IMS_PROXY';
  return isTransientStatus(status) ? 'ERR_TOKEN_UNAVAILABLE' : final;
}

/** True if a retry may get another response; an unreadable success counts too. */
function isTransientStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500 || (status >= 200 && status < 300);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
