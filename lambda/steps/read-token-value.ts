import { asRotatorError, RotatorError } from '../../core/errors.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import type { SecretValue } from '../../core/ports.ts';
import { budget } from './budget.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

/**
 * In: a token secret. Out: its current value, which a run reads once; undefined if it has none.
 *
 * @throws RotatorError when the value cannot be read
 */
export async function readTokenValue(
  run: Run,
  secret: SecretMetadata,
): Promise<SecretValue | undefined> {
  const { arn, currentVersionId } = secret;
  const known = run.tokenValues.get(`${arn} ${currentVersionId}`) ?? (await read(run, secret));
  if (known instanceof RotatorError) throw known;
  return known === 'empty' ? undefined : known;
}

async function read(
  run: Run,
  { arn, currentVersionId }: SecretMetadata,
): Promise<SecretValue | 'empty' | RotatorError> {
  let versionId = currentVersionId;
  let known: SecretValue | 'empty' | RotatorError;
  try {
    const value = await withRetries(run, budget.read, () => run.secrets.read(arn, run.signal));
    // The list may be old: this may be a later version than the one that it names.
    versionId = value?.versionId ?? currentVersionId;
    known = value ?? 'empty';
  } catch (error) {
    known = asRotatorError(error);
  }
  run.tokenValues.set(`${arn} ${versionId}`, known);
  return known;
}
