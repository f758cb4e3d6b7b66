import type { ClientCredential } from '../../core/credential.ts';
import { TokenRequestError } from '../../core/errors.ts';
import { isShortLived } from '../../core/renew-before.ts';
import type { Sensitive } from '../../core/sensitive.ts';
import { type IssuedToken, parseTokenResponse } from '../../core/token-response.ts';
import { askIms } from './ask-ims.ts';
import { budget } from './budget.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

export interface Minted {
  readonly token: IssuedToken;
  /** Which of the credential's secrets IMS accepted, counted from 1. */
  readonly clientSecretPosition: number;
}

/**
 * In: a credential. Out: a token that IMS has just issued.
 *
 * The credential's secrets are tried in order. Only `invalid_client` moves on to the next one: any
 * other rejection would be the same for it.
 *
 * @throws TokenRequestError, or Deferral when the host has failed too often in this run
 */
export async function mint(run: Run, credential: ClientCredential): Promise<Minted> {
  let rejected: TokenRequestError | undefined;
  for (const [index, clientSecret] of credential.clientSecrets.entries()) {
    try {
      const token = await withRetries(run, budget.mint, () =>
        request(run, credential, clientSecret),
      );
      return { token, clientSecretPosition: index + 1 };
    } catch (error) {
      const final = error instanceof TokenRequestError && !error.transient;
      if (!final || error.details.imsError !== 'invalid_client') throw error;
      rejected = error;
    }
  }
  throw rejected ?? new TypeError('a credential has at least one client secret');
}

/** Warns of a token that is stored although something about it is odd. */
export function warnOfToken(run: Run, credential: string, token: IssuedToken): void {
  if (isShortLived(token, run.config.tick)) {
    run.log.warn("the token's lifetime is too short for the tick interval", { credential });
  }
  if (token.warning !== undefined) run.log.warn(token.warning, { credential });
}

async function request(
  run: Run,
  credential: ClientCredential,
  clientSecret: Sensitive,
): Promise<IssuedToken> {
  const { clientId, imsHost } = credential;
  return await askIms(run, imsHost, async () => {
    const requestedAt = run.now();
    const response = await run.tokenEndpoint.request({ ...credential, clientSecret }, run.signal);
    return parseTokenResponse(response, { requestedAt, clientId, clientSecret });
  });
}
