import type { ClientCredential } from '../../core/credential.ts';
import type { Sensitive } from '../../core/sensitive.ts';
import { asAdobeFailure, isUnknownSecret } from '../adobe/failure.ts';
import { interrupted } from '../errors.ts';
import { mintOnce } from '../rotator/mint-once.ts';
import type { Answer } from './answer.ts';

/**
 * A token of one client secret, which is not stored; undefined if IMS does not accept the secret.
 *
 * @throws CliError if that is not known
 */
export async function trySecret(
  { adobe, name, session }: Answer,
  credential: ClientCredential,
  secret: Sensitive,
): Promise<Sensitive | undefined> {
  try {
    const only = { ...credential, clientSecrets: [secret] };
    const { result } = await mintOnce(adobe.ims, only, session);
    return result.accessToken;
  } catch (error) {
    if (isUnknownSecret(error)) return undefined;
    if (session.signal.aborted) throw interrupted();
    throw asAdobeFailure(error, name, session.options);
  }
}
