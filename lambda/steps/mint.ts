import { tryClientSecrets } from '../../core/client-secrets.ts';
import type { ClientCredential } from '../../core/credential.ts';
import { isShortLived } from '../../core/renew-before.ts';
import type { Sensitive } from '../../core/sensitive.ts';
import { type IssuedToken, parseTokenResponse } from '../../core/token-response.ts';
import { askIms } from './ask-ims.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

export interface Minted {
  readonly token: IssuedToken;
  /** Which of the credential's secrets IMS accepted, counted from 1. */
  readonly clientSecretPosition: number;
}

const limits = { attempts: 4, reserve: 30 };

/**
 * Requests one token.
 *
 * @throws TokenRequestError, or Deferral when the host has failed too often in this run
 */
export async function mint(run: Run, credential: ClientCredential): Promise<Minted> {
  const { result, position } = await tryClientSecrets(credential.clientSecrets, (clientSecret) =>
    withRetries(run, limits, () => request(run, credential, clientSecret)),
  );
  return { token: result, clientSecretPosition: position };
}

/** Logs what is odd about a token that is stored all the same. */
export function warnOfToken(run: Run, credential: string, token: IssuedToken): void {
  if (isShortLived(token, run.config.tick))
    run.log.warn('the token lives too short for the ticks', { credential });
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
