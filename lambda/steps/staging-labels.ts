import { asRotatorError, RotatorError } from '../../core/errors.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import { readLimits } from './observe.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

interface Version {
  readonly secretId: string;
  readonly versionId: string;
}

const labelLimits = { attempts: 8, reserve: 6 };

/**
 * Moves AWSCURRENT to the version from the one that was seen to have it.
 *
 * @throws RotatorError ERR_SECRET_REFUSED when another version has got it meanwhile
 */
export async function moveCurrent(
  run: Run,
  version: Version & { readonly from?: string },
): Promise<void> {
  await change(
    run,
    version.secretId,
    () => run.secrets.makeCurrent(version, run.signal),
    ({ currentVersionId }) => currentVersionId === version.versionId,
  );
}

/** Takes AWSPENDING off the version, on which it may not be any more. */
export async function removePending(run: Run, version: Version): Promise<void> {
  await change(
    run,
    version.secretId,
    () => run.secrets.removePending(version, run.signal),
    ({ pendingVersionId }) => pendingVersionId !== version.versionId,
  );
}

/** As `removePending`; a failure only warns, for what matters is done, or has failed, already. */
export async function tryRemovePending(
  run: Run,
  credential: string,
  version: Version,
): Promise<void> {
  try {
    await removePending(run, version);
  } catch (thrown) {
    const { code } = asRotatorError(thrown);
    const message = 'AWSPENDING is still on a version that is out of date; RotateSecret may refuse';
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
    await withRetries(run, labelLimits, work);
  } catch (error) {
    if (!(error instanceof RotatorError && error.code === 'ERR_SECRET_REFUSED')) throw error;
    // A change that was done, and of which only the answer was lost, is refused when repeated.
    const look = (): Promise<SecretMetadata | undefined> =>
      run.secrets.describe(secretId, run.signal);
    const secret = await withRetries(run, readLimits, look);
    if (secret === undefined || !isDone(secret)) throw error;
  }
}
