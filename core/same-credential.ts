import type { ClientCredential } from './credential.ts';

/** True if tokens minted from either credential are the same, however often it was stored again. */
export function isSameCredential(one: ClientCredential, other: ClientCredential): boolean {
  return JSON.stringify(contentOf(one)) === JSON.stringify(contentOf(other));
}

function contentOf({ clientId, clientSecrets, scopes, orgId, imsHost }: ClientCredential) {
  const secrets = clientSecrets.map((secret) => secret.reveal()).toSorted();
  return [clientId, secrets, scopes.toSorted(), orgId ?? null, imsHost];
}
