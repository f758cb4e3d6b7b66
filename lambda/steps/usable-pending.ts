// In: the value of a pending client secret. Out: the credential in it, if it may become the current one.
import { readRotationState } from '../../core/client-secret-rotation.ts';
import { rejectsClientSecret } from '../../core/client-secrets.ts';
import { type UnderstoodCredential, understandCredential } from '../../core/credential.ts';
import type { ClientSecretEntry } from '../../core/documented-form.ts';
import { ConsoleRequestError, RotatorError, TokenRequestError } from '../../core/errors.ts';
import type { SecretValue } from '../../core/ports.ts';
import { holdsSecret, isSuccessorOf } from '../../core/rotated-document.ts';
import type { Rotation } from '../../core/rotation.ts';
import { secretNames } from '../../core/secret-name.ts';
import { assertUnchanged } from './assert-unchanged.ts';
import { budget } from './budget.ts';
import { deleteSecret, manage } from './manage-client-secrets.ts';
import { noteUse, tryNoteNothing } from './note-rotation.ts';
import { assertBudget, type RotatedCredential } from './read-rotated.ts';
import type { Run } from './run.ts';
import { tryRemovePending } from './staging-labels.ts';
import { withRetries } from './with-retries.ts';

/**
 * A credential that somebody stored after createSecret is not undone: the pending version is given up,
 * and its new client secret is deleted at Adobe, unless somebody has stored that.
 *
 * @throws RotatorError ERR_ROTATION_STALE
 */
export async function usablePending(
  run: Run,
  rotation: Rotation,
  rotated: RotatedCredential,
  value: SecretValue,
): Promise<UnderstoodCredential> {
  const pending = understand(value, rotated);
  // Another run may have finished the rotation since the secret was described.
  const isCurrent = rotated.value.versionId === rotation.versionId;
  if (pending !== undefined && (isCurrent || isSuccessorOf(pending, rotated.current))) {
    return pending;
  }
  if (pending !== undefined && (await leavesNothing(run, rotation, rotated, pending))) {
    await giveUp(run, rotation);
  } else {
    await tryRemovePending(run, rotation.credential, rotation);
  }
  const { client } = secretNames(run.config, rotation.credential);
  throw new RotatorError(
    'ERR_ROTATION_STALE',
    `version ${rotation.versionId} of ${client} is not made from the current credential, which was ` +
      'stored meanwhile; start the rotation again',
  );
}

/** Takes AWSPENDING off the version, so that the next rotation begins anew. */
export async function giveUp(run: Run, rotation: Rotation): Promise<void> {
  const { credential, secretId, versionId } = rotation;
  await tryRemovePending(run, credential, { secretId, versionId });
  await tryNoteNothing(run, rotation);
}

/** The credential in a version, if it holds one. */
export function understand(
  { text }: SecretValue,
  { settings }: Pick<RotatedCredential, 'settings'>,
): UnderstoodCredential | undefined {
  try {
    return understandCredential(text.reveal(), settings);
  } catch {
    return undefined;
  }
}

/**
 * Deletes the secret that the rotation has added. As long as it may still be at Adobe, the note stays,
 * by which the next rotation recognises it.
 */
async function leavesNothing(
  run: Run,
  rotation: Rotation,
  rotated: RotatedCredential,
  pending: UnderstoodCredential,
): Promise<boolean> {
  const { client, observation, recorded, value } = rotated;
  const { credential, secretId, versionId } = rotation;
  const state = readRotationState(client.tags);
  const isOwn = state.kind === 'adding' && state.versionId === versionId;
  const [added] = pending.entries;
  if (added !== undefined && (await isStored(run, rotation, rotated, added))) return true;
  if (!isOwn || added?.uuid === undefined) return false;
  assertBudget(run, credential, observation);
  // The next request may use it.
  await noteUse(run, rotation, pending);
  try {
    const management = await manage(run, pending.credential, recorded);
    const check = () => assertUnchanged(run, secretId, { currentVersionId: value.versionId });
    await deleteSecret(run, management, added.uuid, check);
    const message = 'the client secret of a rotation that was given up is deleted at Adobe';
    run.log.info(message, { credential, client_secret_uuid: added.uuid });
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // If IMS knows none of its secrets, there is nothing left to delete.
    return rejectsClientSecret(error);
  }
}

/** Somebody may go back to the version before. */
async function isStored(
  run: Run,
  { secretId }: Rotation,
  rotated: RotatedCredential,
  added: ClientSecretEntry,
): Promise<boolean> {
  if (holdsSecret(rotated.current, added)) return true;
  const previous = await withRetries(run, budget.read, () =>
    run.secrets.readPrevious(secretId, run.signal),
  );
  const before = previous && understand(previous, rotated);
  return before !== undefined && holdsSecret(before, added);
}

/** Trying again would never succeed, and the pending version would be in the way of every rotation. */
function isRefusal(error: unknown): boolean {
  const isByIms = error instanceof TokenRequestError && error.code === 'ERR_TOKEN_REJECTED';
  return isByIms || (error instanceof ConsoleRequestError && error.code === 'ERR_CONSOLE_REJECTED');
}
