import type { ClientCredential, ScopeSettings } from '../../core/credential.ts';
import { readCredentialDocument } from '../../core/credential-document.ts';
import { showClientId } from '../../core/field-names.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { confirmName } from './confirm-name.ts';
import type { StoredValue } from './lost-fields.ts';
import { understood } from './understood.ts';

export interface Replacement {
  readonly name: string;
  readonly secretName: string;
  readonly stored: StoredValue;
  /** The scopes of the credential, unless its value has some. */
  readonly settings: ScopeSettings;
  /** The one to store. */
  readonly credential: Pick<ClientCredential, 'clientId' | 'imsHost'>;
  /** The answer in advance. */
  readonly yes: boolean | undefined;
  /** Nothing will be stored. */
  readonly dryRun: boolean | undefined;
}

/**
 * Asks before the credential of another client is replaced, which may be somebody else's: with a new
 * client secret, a credential keeps its client id. Also before another IMS host gets the client secret.
 *
 * @throws CliError ERR_USAGE without a terminal, ERR_INTERRUPTED after another answer than the name
 */
export async function confirmClient(
  session: Session,
  { name, secretName, stored, settings, credential, yes = false, dryRun = false }: Replacement,
): Promise<void> {
  if (yes || stored === undefined || stored instanceof CliError) return;
  const { clientId, imsHost } = credential;
  const document = stored.text.reveal();
  const before = clientIdIn(document);
  const whole = understood(document, settings)?.credential;
  if (before === undefined) return;
  if (before === clientId) {
    // `changesWarnings` names the hosts.
    if (whole === undefined || whole.imsHost === imsHost) return;
  } else {
    // The key of another vendor's API looks like the client id of half a credential, and is secret.
    const replaced = whole
      ? `the credential of another client, which may be somebody else's: ${secretName} holds that of ${showClientId(before)}`
      : `what may be half the credential of another client, which somebody else may be about to complete, in ${secretName}`;
    session.terminal.note(
      `warning: this replaces ${replaced}, and the new one is of ${showClientId(clientId)}`,
    );
  }
  if (!dryRun) await confirmName(session, name, 'nothing was stored');
}

/** Also of half a credential. */
function clientIdIn(document: string): string | undefined {
  const raw = readCredentialDocument(document);
  if ('problems' in raw) return undefined;
  const { clientId } = raw.values;
  return typeof clientId === 'string' ? clientId.trim() : undefined;
}
