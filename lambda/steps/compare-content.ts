import { parseCredential } from '../../core/credential.ts';
import { RotatorError } from '../../core/errors.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import type { SecretValue } from '../../core/ports.ts';
import { isSameCredential } from '../../core/same-credential.ts';
import { decodePendingToken } from '../../core/stored-token.ts';
import { readSettings, splitScopes } from '../../core/token-tags.ts';
import { budget } from './budget.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

/**
 * In: a token secret, and a client secret whose version is not the one that the token was minted from.
 * Out: true if both versions hold the same credential, so that no new token is needed.
 *
 * Controllers store the same value again at every refresh (external-secrets#3436).
 */
export async function isSameContent(
  run: Run,
  secret: SecretMetadata | undefined,
  client: SecretValue | undefined,
): Promise<boolean> {
  if (secret === undefined || client === undefined) return false;
  try {
    const value = await withRetries(run, budget.read, () =>
      run.secrets.read(secret.arn, run.signal),
    );
    const token = value && decodePendingToken(value.secretString.reveal(), run.now());
    const versionId = token?.clientSecretVersion;
    if (token === undefined || versionId === undefined) return false;
    const old = await withRetries(run, budget.read, () =>
      run.secrets.readVersion({ secretId: client.arn, versionId }, run.signal),
    );
    if (old === undefined) return false;
    const settings = readSettings(secret.tags);
    const current = parseCredential(client.text.reveal(), settings);
    const minted = parseCredential(old.text.reveal(), settings);
    // The settings at the time of the mint show in the token's own scopes.
    return isSameCredential(current, { ...minted, scopes: splitScopes(token.scope) });
  } catch (error) {
    // Whatever cannot be compared is renewed, within the budget of mints.
    if (error instanceof RotatorError) return false;
    throw error;
  }
}
