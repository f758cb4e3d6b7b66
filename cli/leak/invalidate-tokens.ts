import pMap from 'p-map';
import { tryClientSecrets } from '../../core/client-secrets.ts';
import type { ClientCredential } from '../../core/credential.ts';
import { RotatorError } from '../../core/errors.ts';
import type { Sensitive } from '../../core/sensitive.ts';
import { asAdobeFailure } from '../adobe/failure.ts';
import { interrupted } from '../errors.ts';
import type { Answer } from './answer.ts';

const concurrency = 5;
const attempts = 3;

/**
 * Invalidates tokens at IMS, with the client secret that it accepts. A token that IMS does not
 * invalidate shows when it is asked about it.
 *
 * @throws CliError when IMS does not answer
 */
export async function invalidate(
  answer: Answer,
  tokens: readonly Sensitive[],
  { clientId, imsHost, clientSecrets }: ClientCredential,
): Promise<void> {
  const { session, name, secrets: known } = answer;
  try {
    await pMap(
      tokens,
      (accessToken) =>
        tryClientSecrets(clientSecrets, (clientSecret) =>
          once(answer, accessToken, { clientId, imsHost, clientSecret, clientSecrets: known }),
        ),
      { concurrency },
    );
  } catch (error) {
    if (session.signal.aborted) throw interrupted();
    throw asAdobeFailure(error, name, session.options);
  }
}

type Owner = Parameters<Answer['adobe']['invalidation']['invalidate']>[1];

async function once(
  { adobe, session }: Answer,
  accessToken: Sensitive,
  owner: Owner,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await adobe.invalidation.invalidate({ accessToken }, owner);
      return;
    } catch (error) {
      const isTransient = error instanceof RotatorError && error.transient;
      if (session.signal.aborted || !isTransient || attempt >= attempts) throw error;
      await session.sleep(attempt);
    }
  }
}
