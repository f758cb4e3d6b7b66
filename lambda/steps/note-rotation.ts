// In: how far the rotation of a client secret is. Writes it into the client secret's tag.
import { formatRotationState, type RotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { asRotatorError } from '../../core/errors.ts';
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

/** Notes that nothing was added. A failure only warns: another error matters more. */
export async function tryNoteNothing(
  run: Run,
  credential: string,
  secretId: string,
): Promise<void> {
  try {
    await noteRotation(run, secretId, { kind: 'none' });
  } catch (thrown) {
    const { code } = asRotatorError(thrown);
    const message = 'the tag of the client secret still says that a secret is being added';
    run.log.warn(message, { credential, code });
  }
}
