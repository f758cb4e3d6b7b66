import { tagKeys } from '../../core/contract.ts';
import { RotatorError } from '../../core/errors.ts';
import type { Tags } from '../../core/token-tags.ts';
import { budget } from './budget.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

interface Seen {
  readonly currentVersionId: string | undefined;
  /** Those that the judgement goes by; undefined if it does not. */
  readonly tags?: Tags | undefined;
}

/**
 * Right before a client secret is deleted at Adobe for good. A person may have stored another
 * credential since it was judged, or answer a leak: what seemed to be left over may be in use by now.
 *
 * @throws RotatorError ERR_VERSION_EXISTS if AWSCURRENT, or the tag of the rotation, has changed
 */
export async function assertUnchanged(
  run: Run,
  secretId: string,
  { currentVersionId, tags }: Seen,
): Promise<void> {
  const now = await withRetries(run, budget.read, () => run.secrets.describe(secretId, run.signal));
  const note = now?.tags?.[tagKeys.rotation];
  const isNoted = tags === undefined || note === tags[tagKeys.rotation];
  if (now?.currentVersionId === currentVersionId && isNoted) return;
  throw new RotatorError(
    'ERR_VERSION_EXISTS',
    'somebody else changes the client secret meanwhile, so that none is deleted at Adobe',
  );
}
