import { RotatorError } from '../../core/errors.ts';
import { isMintedFrom } from '../../core/same-credential.ts';
import { decodePendingToken } from '../../core/stored-token.ts';
import { readSettings } from '../../core/token-tags.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import type { CredentialFile } from './credential-file.ts';
import type { StoredCredential } from './stored-credential.ts';

/**
 * True if the stored token was minted from the very credential that was stored again: the function
 * then keeps the token. False if this principal is not authorized to compare them.
 */
export async function isSameContent(
  { secrets, now }: Session,
  { tokenSecret, clientArn }: StoredCredential,
  { credential }: CredentialFile,
): Promise<boolean> {
  try {
    const [secret, stored] = await Promise.all([
      secrets.describe(tokenSecret),
      secrets.read(tokenSecret),
    ]);
    const token = stored && decodePendingToken(stored.value.reveal(), now());
    if (token?.clientSecretVersion === undefined || token.expiresAt <= now()) return false;
    const old = await secrets.read(clientArn, token.clientSecretVersion);
    if (old === undefined) return false;
    return isMintedFrom(token, old.value.reveal(), credential, readSettings(secret?.tags ?? {}));
  } catch (error) {
    const isExpected = error instanceof RotatorError || error instanceof CliError;
    if (isExpected && error.code !== 'ERR_INTERRUPTED') return false;
    throw error;
  }
}
