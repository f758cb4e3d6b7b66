import * as v from 'valibot';
import { TokenRequestError } from './errors.ts';
import type { EpochSeconds } from './instant.ts';
import { parseRetryAfter } from './retry-delay.ts';
import { isTransientStatus, type TokenResponse } from './token-response.ts';

const schema = v.object({ valid: v.boolean() });

/**
 * Reads what IMS says of a token: the answer is in the body, and its status is 200 either way.
 *
 * @throws TokenRequestError ERR_TOKEN_INVALID when IMS does not take the token, and
 * ERR_TOKEN_UNAVAILABLE when its answer does not say
 */
export function assertValidated(
  response: TokenResponse,
  clientId: string,
  now: EpochSeconds,
): void {
  const { status, body, debugId } = response;
  const retryAfter = parseRetryAfter(response.retryAfter, now);
  const details = {
    clientId,
    status,
    ...(debugId === undefined ? {} : { debugId }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    value = undefined;
  }
  const parsed = v.safeParse(schema, value);
  if (status < 200 || status > 299 || !parsed.success) {
    const code = isTransientStatus(status) ? 'ERR_TOKEN_UNAVAILABLE' : 'ERR_TOKEN_INVALID';
    throw new TokenRequestError(code, `IMS answered ${status} when asked about the token`, details);
  }
  if (parsed.output.valid) return;
  const message = 'IMS does not take the token that it has just issued';
  throw new TokenRequestError('ERR_TOKEN_INVALID', message, details);
}
