import { tagKeys } from '../../core/contract.ts';
import { RotatorError } from '../../core/errors.ts';
import type { Tags } from '../../core/token-tags.ts';
import { budget } from './budget.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

/** The facts that a client secret was judged by. */
export interface Judged {
  readonly currentVersionId: string | undefined;
  readonly tags: Tags;
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
  { currentVersionId, tags }: Omit<Judged, 'tags'> & Partial<Judged>,
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
