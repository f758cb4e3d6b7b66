import { asRotatorError, RotatorError } from '../../core/errors.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import type { Version } from '../../core/ports.ts';
import { budget } from './budget.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

/**
 * In: a version, and the one that was seen to be AWSCURRENT. Moves that label, by compare-and-set.
 *
 * @throws RotatorError ERR_SECRET_REFUSED when another version has it by now
 */
export async function moveCurrent(
  run: Run,
  version: Version & { readonly from: string | undefined },
): Promise<void> {
  await change(
    run,
    version.secretId,
    () => run.secrets.makeCurrent(version, run.signal),
    ({ currentVersionId }) => currentVersionId === version.versionId,
  );
}

/** Takes AWSPENDING off the version, which may have lost it already. */
export async function removePending(run: Run, version: Version): Promise<void> {
  await change(
    run,
    version.secretId,
    () => run.secrets.removePending(version, run.signal),
    ({ pendingVersionId }) => pendingVersionId !== version.versionId,
  );
}

/** As `removePending`; a failure only warns, because the outcome is settled already. */
export async function tryRemovePending(
  run: Run,
  credential: string,
  version: Version,
): Promise<void> {
  try {
    await removePending(run, version);
  } catch (thrown) {
    const { code } = asRotatorError(thrown);
    const message = 'AWSPENDING is still on an outdated version, so RotateSecret may be refused';
    run.log.warn(message, { credential, code });
  }
}

async function change(
  run: Run,
  secretId: string,
  work: () => Promise<void>,
  isDone: (secret: SecretMetadata) => boolean,
): Promise<void> {
  try {
    await withRetries(run, budget.label, work);
  } catch (error) {
    if (!(error instanceof RotatorError && error.code === 'ERR_SECRET_REFUSED')) throw error;
    // A change is refused when it is repeated because its response was lost.
    const secret = await withRetries(run, budget.read, () =>
      run.secrets.describe(secretId, run.signal),
    );
    if (secret === undefined || !isDone(secret)) throw error;
  }
}
