import type { ClientCredential } from './core/credential.ts';
import { TokenRequestError } from './core/errors.ts';
import { type IssuedToken, parseTokenResponse } from './core/token-response.ts';
import type { Deps } from './deps.ts';

export interface Minted {
  readonly token: IssuedToken;
  /** Which of the credential's secrets IMS accepted, counted from 1. */
  readonly clientSecretPosition: number;
}

/**
 * Requests one token. The credential's secrets are tried in order; only `invalid_client` moves on
 * to the next, for any other refusal would be the same with it.
 *
 * @throws TokenRequestError
 */
export async function mint(deps: Deps, credential: ClientCredential): Promise<Minted> {
  for (const [index, clientSecret] of credential.clientSecrets.entries()) {
    const requestedAt = deps.now();
    const response = await deps.tokenEndpoint.request({ ...credential, clientSecret }, deps.signal);
    try {
      const { clientId } = credential;
      const token = parseTokenResponse(response, { requestedAt, clientId, clientSecret });
      return { token, clientSecretPosition: index + 1 };
    } catch (error) {
      const last = index === credential.clientSecrets.length - 1;
      const wrongSecret =
        error instanceof TokenRequestError && error.details.imsError === 'invalid_client';
      if (last || !wrongSecret) throw error;
    }
  }
  throw new TypeError('a credential has at least one client secret');
}
