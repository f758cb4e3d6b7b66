import * as v from 'valibot';
import { TokenRequestError } from './errors.ts';
import type { EpochSeconds } from './instant.ts';
import type { TokenToValidate } from './ports.ts';
import { readRemoteError } from './remote-error.ts';
import { parseRetryAfter } from './retry-delay.ts';
import { revealAll } from './sensitive.ts';
import { failureCodeOf, type TokenResponse } from './token-response.ts';

const schema = v.object({ valid: v.boolean() });

/**
 * Reads IMS's verdict on a token. It is in the body; the status is 200 either way.
 *
 * @throws TokenRequestError ERR_TOKEN_INVALID when IMS rejects the token, ERR_TOKEN_UNAVAILABLE when
 * the response is no verdict
 */
export function assertValidated(
  response: TokenResponse,
  { clientId, accessToken, clientSecrets = [] }: Omit<TokenToValidate, 'imsHost'>,
  now: EpochSeconds,
): void {
  const { status, body, debugId } = response;
  const retryAfter = parseRetryAfter(response.retryAfter, now);
  const details = { clientId, status, debugId, retryAfter };
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    value = undefined;
  }
  const parsed = v.safeParse(schema, value);
  if (status < 200 || status > 299 || !parsed.success) {
    const known = revealAll([accessToken, ...clientSecrets]);
    const { code: imsError, text } = readRemoteError(body, known);
    const told = [status, imsError, text && `(${text})`].filter(Boolean).join(' ');
    throw new TokenRequestError(
      failureCodeOf(response, 'ERR_TOKEN_INVALID'),
      `IMS answered ${told} when asked about the token`,
      { ...details, imsError },
    );
  }
  if (parsed.output.valid) return;
  const message = 'IMS rejects the token that it has just issued';
  throw new TokenRequestError('ERR_TOKEN_INVALID', message, details);
}
