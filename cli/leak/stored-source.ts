import { type Answer, currentOf, readClientVersions } from './answer.ts';
import type { Source } from './mint-here.ts';
import { uuidsOf } from './noted-uuid.ts';
import { overtaken } from './store-current.ts';

/** The current credential. @param wanted the version that it has to be in */
export async function sourceOf(answer: Answer, wanted?: string): Promise<Source> {
  const current = currentOf(answer, await readClientVersions(answer));
  const { id, found } = current;
  if (wanted === undefined || id === wanted) {
    return { credential: found.credential, clientVersionId: id, uuids: uuidsOf([current]) };
  }
  throw overtaken(answer.names.client);
}

/** Another client secret may have been stored during the wait. Another client invalidates nothing of this one. */
export async function ownerAfter(answer: Answer, source: Source): Promise<Source> {
  const latest = await sourceOf(answer);
  const { clientId, imsHost } = latest.credential;
  const isSame = clientId === source.credential.clientId && imsHost === source.credential.imsHost;
  return isSame ? latest : source;
}
