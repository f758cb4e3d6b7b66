import type { ClientCredential } from '../../core/credential.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { encodeStoredToken } from '../../core/stored-token.ts';
import { fingerprint } from '../../core/token-tags.ts';
import { encodeVersionId } from '../../core/version-id.ts';
import { asAdobeFailure } from '../adobe/failure.ts';
import { CliError, interrupted } from '../errors.ts';
import { mintOnce } from '../rotator/mint-once.ts';
import { settled } from '../rotator/settle.ts';
import type { Answer } from './answer.ts';

/** The credential to mint from, and its version. */
export interface Source {
  readonly credential: ClientCredential;
  readonly clientVersionId: string;
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
  const { session, name, client, token: secret, versions, adobe } = answer;
  const { result } = await mintOnce(adobe.ims, credential, session).catch((error: unknown) => {
    if (session.signal.aborted) throw interrupted();
    throw asAdobeFailure(error, name);
  });
  const text = encodeStoredToken(result, credential, clientVersionId);
  const mark = fingerprint(session.digest, client.arn, clientVersionId, secret.tags);
  const versionId = encodeVersionId({ ...result, fingerprint: mark }, session.digest(text));
  await settled(
    async () => {
      await versions.putPending(secret.arn, new Sensitive(text), versionId);
      return true as const;
    },
    async (): Promise<true | undefined> => {
      const found = await session.secrets.describeAfterWrite(secret.arn);
      const labelled = [found?.pendingVersionId, found?.currentVersionId];
      return labelled.includes(versionId) || undefined;
    },
  );
  await promote(answer, versionId, from);
  return versionId;
}

/** Moves AWSCURRENT by compare-and-set. */
async function promote(
  { session, token: secret, versions }: Answer,
  versionId: string,
  from: string | undefined,
): Promise<void> {
  const isCurrent = async (): Promise<true | undefined> => {
    const found = await session.secrets.describeAfterWrite(secret.arn);
    return found?.currentVersionId === versionId || undefined;
  };
  // The first version of a secret is current at once.
  if ((await isCurrent()) === undefined) {
    await settled(async () => {
      await versions.makeCurrent({ arn: secret.arn, to: versionId, from });
      return true as const;
    }, isCurrent);
  }
  // The label does no harm on the current version, and none where it was taken off already.
  await versions.removePending(secret.arn, versionId).catch((error: unknown) => {
    if (!(error instanceof CliError)) throw error;
  });
}
