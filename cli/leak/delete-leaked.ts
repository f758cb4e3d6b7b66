import { tolerance } from '../../core/client-secret-rotation.ts';
import type { ClientCredential } from '../../core/credential.ts';
import { CliError } from '../errors.ts';
import { formatDuration } from '../view/durations.ts';
import { wrapLines } from '../view/table.ts';
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
    // It may wait, so that Adobe is asked after it.
    const isDead = isGuess && leaked.length > 0 && (await isGone(answer, credential));
    const listed = await own.list();
    const there = leaked.filter((uuid) => listed.some((one) => one.uuid === uuid));
    // Another one that Adobe lists may be a colleague's, with which nobody here could renew.
    if (!listed.some(({ uuid }) => uuids.has(uuid) && !leaked.includes(uuid))) {
      const text = 'somebody else has deleted the new client secret at Adobe';
      const fix = `find out who; then go on: ${answer.steps.command}`;
      throw new CliError('ERR_CREDENTIAL_CHANGED', text, fix, { isFixWhole: true });
    }
    if (isDead) return ['deleted nothing: IMS rejects the leaked client secret already', undefined];
    if (credential.clientSecrets.length !== 1) {
      throw new CliError('ERR_CREDENTIAL_CHANGED', 'the stored value has several client secrets');
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
    const what = isGuess
      ? 'what was taken for the leaked client secret'
      : 'the leaked client secret';
    return [`${what} is gone at Adobe: ${names}`, undefined];
  });
}

/**
 * A person may have deleted the leaked one at Adobe before, so that the only one left is somebody else's.
 * IMS accepts a deleted one for about a minute.
 */
async function isGone(answer: Answer, credential: ClientCredential): Promise<boolean> {
  if (!(await isAnyAccepted(answer, credential))) return true;
  const { sleep, terminal } = answer.session;
  const text = `waiting ${formatDuration(tolerance)}, because it is not certain which client secret at Adobe is the leaked one: it is deleted only if IMS still accepts the leaked value then; Ctrl-C ends the wait, and the same command goes on later`;
  terminal.note(...wrapLines(text, 0, terminal.noteColumns));
  await sleep(tolerance);
  return !(await isAnyAccepted(answer, credential));
}

async function isAnyAccepted(answer: Answer, credential: ClientCredential): Promise<boolean> {
  for (const secret of answer.progress.leaked?.secrets ?? []) {
    if (await isAccepted(answer, credential, secret)) return true;
  }
  return false;
}
