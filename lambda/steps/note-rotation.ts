// In: how far the rotation of a client secret is. Writes it into the client secret's tag.
import {
  formatRotationState,
  type RotationState,
  readRotationState,
  shortVersion,
} from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
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
 * Notes that this rotation has added nothing. What another one has noted meanwhile stays: it is all
 * that its secret is recognised by. A failure only warns: another error matters more.
 *
 * @param since when this run has noted that it adds a secret; by default any run of the rotation has
 */
export async function tryNoteNothing(
  run: Run,
  { credential, secretId, versionId }: Rotation,
  since?: EpochSeconds,
): Promise<void> {
  try {
    const described = await withRetries(run, budget.read, () =>
      run.secrets.describe(secretId, run.signal),
    );
    const state = readRotationState(described?.tags);
    const isOwn = state.kind === 'adding' && state.version === shortVersion(versionId);
    if (!isOwn || (since !== undefined && state.since !== since)) return;
    await noteRotation(run, secretId, { kind: 'none' });
  } catch (thrown) {
    const { code } = asRotatorError(thrown);
    const message = 'the tag of the client secret still says that a secret is being added';
    run.log.warn(message, { credential, code });
  }
}
