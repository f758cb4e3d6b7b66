import { readCredentialDocument } from '../../core/credential-document.ts';
import { showClientId } from '../../core/field-names.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { confirmName } from './confirm-name.ts';
import type { StoredValue } from './lost-fields.ts';

export interface Replacement {
  readonly name: string;
  readonly secretName: string;
  readonly stored: StoredValue;
  /** The client id to store. */
  readonly clientId: string;
  /** The answer in advance. */
  readonly yes: boolean | undefined;
  /** Nothing will be stored. */
  readonly dryRun: boolean | undefined;
}

/**
 * Asks before the credential of another client is replaced, which may be somebody else's: with a new
 * client secret, a credential keeps its client id.
 *
 * @throws CliError ERR_USAGE without a terminal, ERR_INTERRUPTED after another answer than the name
 */
export async function confirmClient(
  session: Session,
  { name, secretName, stored, clientId, yes = false, dryRun = false }: Replacement,
): Promise<void> {
  if (yes) return;
  const before = storedClientId(stored);
  if (before === undefined || before === clientId) return;
  session.terminal.note(
    `warning: this replaces the credential of another client, which may be somebody else's: ${secretName} holds that of ${showClientId(before)}, and the new one is of ${showClientId(clientId)}`,
  );
  if (!dryRun) await confirmName(session, name, 'nothing was stored');
}

/** Also of half a credential, which somebody may be about to complete. */
function storedClientId(stored: StoredValue): string | undefined {
  if (stored === undefined || stored instanceof CliError) return undefined;
  const raw = readCredentialDocument(stored.text.reveal());
  if ('problems' in raw) return undefined;
  const { clientId } = raw.values;
  return typeof clientId === 'string' ? clientId.trim() : undefined;
}
