import { type ClientCredential, parseCredential } from './credential.ts';
import type { PendingToken } from './stored-token.ts';
import { type CredentialSettings, splitScopes } from './token-tags.ts';

/** True if tokens minted from either credential are the same, however often it was stored again. */
export function isSameCredential(one: ClientCredential, other: ClientCredential): boolean {
  return JSON.stringify(contentOf(one)) === JSON.stringify(contentOf(other));
}

/** The same, whatever scopes the tokens have: whoever has the one has the other. */
export function hasSameSecrets(one: ClientCredential, other: ClientCredential): boolean {
  const bare = { scopes: [], orgId: undefined };
  return isSameCredential({ ...one, ...bare }, { ...other, ...bare });
}

/**
 * As `isSameCredential`, for two values of a client secret.
 *
 * @throws RotatorError ERR_CREDENTIAL_INVALID for values that differ, and are not both credentials
 */
export function isSameValue(one: string, other: string, settings: CredentialSettings): boolean {
  if (one === other) return true;
  return isSameCredential(parseCredential(one, settings), parseCredential(other, settings));
}

/**
 * True if the token was minted from this credential, although it may have been stored again since.
 *
 * @param value the client secret's version that the token names
 * @throws RotatorError ERR_CREDENTIAL_INVALID when that is not a credential
 */
export function isMintedFrom(
  token: PendingToken,
  value: string,
  credential: ClientCredential,
  settings: CredentialSettings,
): boolean {
  const minted = parseCredential(value, settings);
  // The settings at the time of the mint show in the token's own scopes.
  return isSameCredential(credential, { ...minted, scopes: splitScopes(token.scope) });
}

function contentOf({ clientId, clientSecrets, scopes, orgId, imsHost }: ClientCredential) {
  const secrets = clientSecrets.map((secret) => secret.reveal()).toSorted();
  return [clientId, secrets, scopes.toSorted(), orgId ?? null, imsHost];
}
