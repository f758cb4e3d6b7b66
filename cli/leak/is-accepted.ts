import type { ClientCredential } from '../../core/credential.ts';
import type { Sensitive } from '../../core/sensitive.ts';
import { asAdobeFailure, isUnknownSecret } from '../adobe/failure.ts';
import { interrupted } from '../errors.ts';
import { mintOnce } from '../rotator/mint-once.ts';
import type { Answer } from './answer.ts';

/**
 * True if IMS accepts the client secret. The token that it issues for the question stays valid: nobody has
 * it, and it may be one that IMS has issued to consumers before.
 *
 * @throws CliError if that is not known
 */
export async function isAccepted(
  { adobe, name, session, secrets: known }: Answer,
  credential: ClientCredential,
  secret: Sensitive,
): Promise<boolean> {
  try {
    await mintOnce(adobe.ims, credential, session, { tried: [secret], known });
    return true;
  } catch (error) {
    if (isUnknownSecret(error)) return false;
    if (session.signal.aborted) throw interrupted();
    throw asAdobeFailure(error, name, session.options);
  }
}
