import * as v from 'valibot';
import { TokenRequestError } from './errors.ts';
import type { TokenResponse } from './token-response.ts';

const schema = v.object({ valid: v.boolean() });

/**
 * Reads what IMS says of a token: the answer is in the body, and its status is 200 either way.
 *
 * @throws TokenRequestError ERR_TOKEN_INVALID when IMS does not take the token, and
 * ERR_TOKEN_UNAVAILABLE when its answer does not say
 */
export function assertValidated(response: TokenResponse, clientId: string): void {
  const { status, body, debugId } = response;
  const details = { clientId, status, ...(debugId === undefined ? {} : { debugId }) };
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    value = undefined;
  }
  const parsed = v.safeParse(schema, value);
  if (status !== 200 || !parsed.success) {
    const message = `IMS answered ${status} when asked about the token`;
    throw new TokenRequestError('ERR_TOKEN_UNAVAILABLE', message, details);
  }
  if (parsed.output.valid) return;
  const message = 'IMS does not take the token that it has just issued';
  throw new TokenRequestError('ERR_TOKEN_INVALID', message, details);
}
