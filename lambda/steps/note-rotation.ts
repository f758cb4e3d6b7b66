// In: how far the rotation of a client secret is. Writes it into the client secret's tag.
import {
  formatRotationState,
  type RotationState,
  readRotationState,
} from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import type { UnderstoodCredential } from '../../core/credential.ts';
import { asRotatorError } from '../../core/errors.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import type { Rotation } from '../../core/rotation.ts';
import { budget } from './budget.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

/** @param secretId the client secret's ARN */
export async function noteRotation(
  run: Run,
  secretId: string,
  state: RotationState,
): Promise<void> {
  const tag = { secretId, key: tagKeys.rotation, value: formatRotationState(state) };
  await withRetries(run, budget.tag, () => run.secrets.setTag(tag, run.signal));
}

/**
 * Notes which secret the rotation has added. From now on that is used, so that nobody could tell it
 * from somebody else's if the version that holds it lost its label. A run of createSecret that came
 * second may have noted that it added nothing.
 */
export async function noteUse(
  run: Run,
  { secretId, versionId }: Rotation,
  { entries }: UnderstoodCredential,
): Promise<void> {
  const uuid = entries[0]?.uuid;
  if (uuid === undefined) return;
  await noteRotation(run, secretId, { kind: 'adding', since: run.now(), versionId, uuid });
}

/** Undoes the note of a run that has added nothing. */
export interface Undone {
  /** When this run has noted that it adds a secret. */
  readonly since: EpochSeconds;
  /** What was noted before, and still holds. */
  readonly before: RotationState;
}

/**
 * Notes that this rotation has added nothing. What another one has noted meanwhile stays: it is all
 * that its secret is recognised by. A failure only warns: another error matters more.
 *
 * @param undone by default whatever any run of the rotation has noted
 */
export async function tryNoteNothing(
  run: Run,
  { credential, secretId, versionId }: Rotation,
  undone?: Undone,
): Promise<void> {
  try {
    const described = await withRetries(run, budget.read, () =>
      run.secrets.describe(secretId, run.signal),
    );
    const state = readRotationState(described?.tags);
    const isOwn = state.kind === 'adding' && state.versionId === versionId;
    if (!isOwn || (undone !== undefined && state.since !== undone.since)) return;
    await noteRotation(run, secretId, undone?.before ?? { kind: 'none' });
  } catch (thrown) {
    const { code } = asRotatorError(thrown);
    const message = 'the tag of the client secret still says that a secret is being added';
    run.log.warn(message, { credential, code });
  }
}
