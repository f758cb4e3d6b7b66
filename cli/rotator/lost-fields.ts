import { otherFields } from '../../core/credential-document.ts';
import { showNames } from '../../core/field-names.ts';
import type { Sensitive } from '../../core/sensitive.ts';
import type { Secret } from '../aws/secret.ts';
import type { SecretValue } from '../aws/secrets.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { showVersion } from '../view/version-id.ts';

/** The current value, if there is one, or why it cannot be read. */
export type StoredValue = SecretValue | CliError | undefined;

/** Reads what is about to be replaced, for which a command needs no right. */
export async function readStored(
  { secrets, signal }: Pick<Session, 'secrets' | 'signal'>,
  { arn, currentVersionId }: Secret,
): Promise<StoredValue> {
  if (currentVersionId === undefined) return undefined;
  return await secrets.read(arn, currentVersionId).catch((error: unknown) => {
    if (error instanceof CliError && !signal.aborted) return error;
    throw error;
  });
}

/**
 * Says which fields of the stored value the new one lacks: others may read them. Undefined if there
 * are none.
 *
 * @param document the new value; by default it is in the documented form
 */
export function lostFieldsWarning(
  { name, currentVersionId }: Secret,
  stored: StoredValue,
  document?: Sensitive,
): string | undefined {
  if (stored instanceof CliError) {
    return `whether the stored value of ${name} has other fields, which the new one will not have, is not known: ${stored.message}`;
  }
  const kept = new Set(document && otherFields(document.reveal()));
  const lost = otherFields(stored?.text.reveal() ?? '').filter((field) => !kept.has(field));
  if (lost.length === 0) return undefined;
  return (
    `the stored value of ${name} has fields that the new one will not have: ${showNames(lost)}; ` +
    `they stay in the version ${showVersion(currentVersionId ?? '')}, which becomes AWSPREVIOUS`
  );
}
