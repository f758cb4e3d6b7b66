import type { AwsError } from '../wire/errors.ts';
import { invalidParameter } from './errors.ts';

/** The ClientRequestToken of a request that creates a version. SDKs and CLI always send one. */
export function requireToken(
  token: string | undefined,
  missing: (message: string) => AwsError,
): string {
  if (token === undefined) {
    throw missing('You must provide a ClientRequestToken value. We recommend a UUID-type value.');
  }
  if (token.length < 32 || token.length > 64) {
    throw invalidParameter('ClientRequestToken must be 32-64 characters long.');
  }
  return token;
}
