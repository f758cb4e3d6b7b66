// In: a credential. Out: a token that IMS has just issued.
import { tryClientSecrets } from '../../core/client-secrets.ts';
import type { ClientCredential } from '../../core/credential.ts';
import type { Sensitive } from '../../core/sensitive.ts';
import { type IssuedToken, parseTokenResponse } from '../../core/token-response.ts';
import { askIms } from './ask-ims.ts';
import { budget } from './budget.ts';
import { type Recorded, recordRequest } from './record-request.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

export interface Minted {
  readonly token: IssuedToken;
  /** Which of the secrets that were tried IMS accepted, counted from 1. */
  readonly clientSecretPosition: number;
}

/**
 * Asks IMS, and records that it did, both at the same time. However often it has to ask, that is one
 * request of the credential's budget.
 *
 * @param tried the client secrets to try, by default all. IMS may repeat the others, too
 * @throws TokenRequestError, or Deferral when the host is not asked in this run
 */
export async function mint(
  run: Run,
  credential: ClientCredential,
  recorded: Recorded,
  tried: readonly Sensitive[] = credential.clientSecrets,
): Promise<Minted> {
  let recording: Promise<void> | undefined;
  const record = (): void => {
    recording ??= recordRequest(run, recorded);
  };
  try {
    const { result, position } = await tryClientSecrets(tried, (clientSecret) =>
      withRetries(run, budget.mint, () => request(run, credential, clientSecret, record)),
    );
    return { token: result, clientSecretPosition: position };
  } finally {
    await recording;
  }
}

async function request(
  run: Run,
  credential: ClientCredential,
  clientSecret: Sensitive,
  record: () => void,
): Promise<IssuedToken> {
  return await askIms(run, credential, async () => {
    record();
    const requestedAt = run.now();
    const grant = { ...credential, clientSecret };
    const response = await run.tokenEndpoint.request(grant, run.signal);
    return parseTokenResponse(response, { ...grant, requestedAt });
  });
}
