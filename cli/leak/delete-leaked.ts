import type { ClientCredential } from '../../core/credential.ts';
import { CliError } from '../errors.ts';
import type { Answer } from './answer.ts';
import { isAccepted } from './is-accepted.ts';
import type { Source } from './mint-here.ts';
import type { Replaced } from './replace-secret.ts';
import { assertCurrent } from './store-current.ts';

/** Deletes the leaked client secret at Adobe, once a token of the new one is stored. */
export async function deleteLeaked(
  answer: Answer,
  { own, leaked, isGuess }: Replaced,
  { credential, clientVersionId, uuids }: Source,
): Promise<void> {
  await answer.steps.run('delete the leaked client secret at Adobe', async () => {
    const listed = await own.list();
    const there = leaked.filter((uuid) => listed.some((one) => one.uuid === uuid));
    // Another one that Adobe lists may be a colleague's, with which nobody here could renew.
    if (!listed.some(({ uuid }) => uuids.has(uuid) && !leaked.includes(uuid))) {
      const text = 'somebody else has deleted the new client secret at Adobe';
      throw new CliError('ERR_CREDENTIAL_CHANGED', text, 'find out who');
    }
    if (credential.clientSecrets.length !== 1) {
      throw new CliError('ERR_CREDENTIAL_CHANGED', 'the stored value has several client secrets');
    }
    // A person may have deleted it, so that the only one left is somebody else's.
    if (isGuess && there.length > 0 && !(await isAnyAccepted(answer, credential))) {
      return ['deleted nothing: IMS rejects the leaked client secret already', undefined];
    }
    for (const uuid of there) {
      // Somebody may have stored it again, perhaps as it was before.
      await assertCurrent(answer, clientVersionId);
      await own.remove(uuid);
    }
    if (leaked.length === 0) {
      return ['deleted nothing: none that Adobe lists is certain to be the leaked one', undefined];
    }
    const names = leaked.join(' and ');
    if (there.length > 0) return [`deleted the leaked client secret at Adobe: ${names}`, undefined];
    return [`the leaked client secret is gone at Adobe: ${names}`, undefined];
  });
}

async function isAnyAccepted(answer: Answer, credential: ClientCredential): Promise<boolean> {
  for (const secret of answer.progress.leaked?.secrets ?? []) {
    if (await isAccepted(answer, credential, secret)) return true;
  }
  return false;
}
