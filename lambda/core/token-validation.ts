import * as v from 'valibot';
import { TokenRequestError } from './errors.ts';
import type { TokenResponse } from './token-response.ts';

const schema = v.object({ valid: v.boolean() });

/**
 * What IMS says of a token: the answer is in the body, and its status is 200 either way.
 *
 * @throws TokenRequestError ERR_TOKEN_UNAVAILABLE when the answer says neither
 */
export function isValidated(response: TokenResponse, clientId: string): boolean {
  const { status, body, debugId } = response;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    value = undefined;
  }
  const parsed = v.safeParse(schema, value);
  if (status === 200 && parsed.success) return parsed.output.valid;
  throw new TokenRequestError(
    'ERR_TOKEN_UNAVAILABLE',
    `IMS answered ${status} when asked about the token`,
    { clientId, status, ...(debugId === undefined ? {} : { debugId }) },
  );
}
