import { isDeepStrictEqual } from 'node:util';
import type { ScopeSettings } from '../../core/credential.ts';
import { showNames } from '../../core/field-names.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import { wholeCredential } from './confirm-client.ts';
import type { CredentialFile } from './credential-file.ts';
import type { StoredValue } from './lost-fields.ts';

/**
 * Says that the tokens get other scopes. With a new client secret they keep theirs, and the file may be from
 * another credential of the same client. Undefined if they stay, or the client is another.
 */
export function scopesWarning(
  { name }: Secret,
  stored: StoredValue,
  settings: ScopeSettings,
  { credential: { clientId, scopes } }: CredentialFile,
): string | undefined {
  if (stored === undefined || stored instanceof CliError) return undefined;
  const before = wholeCredential(stored.text.reveal(), settings);
  if (before?.clientId !== clientId) return undefined;
  if (isDeepStrictEqual(new Set(before.scopes), new Set(scopes))) return undefined;
  return (
    `the tokens get the scopes ${showNames(scopes)}, and not ${showNames(before.scopes)} as with what ` +
    `${name} holds: to replace only the client secret, change only that in its value, and take off its uuid`
  );
}
