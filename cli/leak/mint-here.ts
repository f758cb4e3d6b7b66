import type { ClientCredential } from '../../core/credential.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { encodeStoredToken } from '../../core/stored-token.ts';
import { fingerprint } from '../../core/token-tags.ts';
import { encodeVersionId } from '../../core/version-id.ts';
import { asAdobeFailure } from '../adobe/failure.ts';
import { interrupted } from '../errors.ts';
import { mintOnce } from '../rotator/mint-once.ts';
import type { Answer } from './answer.ts';
import { storeCurrent } from './store-current.ts';

/** The credential to mint from, and its version. */
export interface Source {
  readonly credential: ClientCredential;
  readonly clientVersionId: string;
  /** The uuids that are stored with its client secrets. */
  readonly uuids: ReadonlySet<string>;
}

/**
 * Mints and stores a token as the function does, where that may not: the credential is paused, or its
 * budget of requests is used up. AWSCURRENT moves only if `from` still has it.
 *
 * @returns the new version's id
 */
export async function mintHere(
  answer: Answer,
  { credential, clientVersionId }: Source,
  from: string | undefined,
): Promise<string> {
  const { session, name, client, token: secret, adobe } = answer;
  const known = answer.secrets;
  const minted = mintOnce(adobe.ims, credential, session, { known });
  const { result } = await minted.catch((error: unknown) => {
    if (session.signal.aborted) throw interrupted();
    throw asAdobeFailure(error, name, session.options);
  });
  const text = encodeStoredToken(result, credential, clientVersionId);
  const mark = fingerprint(session.digest, client.arn, clientVersionId, secret.tags);
  const versionId = encodeVersionId({ ...result, fingerprint: mark }, session.digest(text));
  const value = { secret, text: new Sensitive(text), versionId, from };
  await storeCurrent(answer, value);
  return versionId;
}
