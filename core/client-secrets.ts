import { TokenRequestError } from './errors.ts';
import type { Sensitive } from './sensitive.ts';

/** The result of a request, and the position of the client secret that it succeeded with, from 1. */
export interface Accepted<Result> {
  readonly result: Result;
  readonly position: number;
}

/**
 * Tries a credential's client secrets in order until IMS accepts one. Only `invalid_client` moves
 * on to the next one: any other rejection would be the same for all of them.
 *
 * @throws the error of the last request
 */
export async function tryClientSecrets<Result>(
  clientSecrets: readonly Sensitive[],
  request: (clientSecret: Sensitive) => Promise<Result>,
): Promise<Accepted<Result>> {
  let rejection: TokenRequestError | undefined;
  for (const [index, clientSecret] of clientSecrets.entries()) {
    try {
      return { result: await request(clientSecret), position: index + 1 };
    } catch (error) {
      if (!rejectsClientSecret(error)) throw error;
      rejection = error;
    }
  }
  throw rejection ?? new TypeError('a credential has at least one client secret');
}

/** IMS has told that it does not know the client secret, or not any more. */
export function rejectsClientSecret(error: unknown): error is TokenRequestError {
  return (
    error instanceof TokenRequestError &&
    !error.transient &&
    error.details.imsError === 'invalid_client'
  );
}
