// In: a credential. Out: a token that IMS has just issued.
import { tryClientSecrets } from '../../core/client-secrets.ts';
import type { ClientCredential } from '../../core/credential.ts';
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
 * @throws TokenRequestError, or Deferral when the host has failed too often in this run
 */
export async function mint(run: Run, credential: ClientCredential): Promise<Minted> {
  const { result, position } = await tryClientSecrets(credential.clientSecrets, (clientSecret) =>
    withRetries(run, budget.mint, () => request(run, credential, clientSecret)),
  );
  return { token: result, clientSecretPosition: position };
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
