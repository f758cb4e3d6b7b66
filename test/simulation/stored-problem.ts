import { largestSkew } from './bounds.ts';
import type { Credential } from './credential.ts';
import type { Invocation } from './invocation.ts';
import type { Put } from './secrets-manager.ts';
import type { StoredFields } from './stored-fields.ts';
import type { World } from './world.ts';

/** Why something must not be stored. */
export function problemOf(
  world: World,
  invocation: Invocation,
  { plan, atAdobe }: Credential,
  { label, fields }: Pick<Put, 'label'> & { readonly fields: StoredFields | undefined },
): string | undefined {
  if (fields === undefined) return 'what was stored is not a token';
  const token = world.ims.issued(fields.access_token);
  if (token === undefined) return 'the stored token is not one of IMS';
  if (token.clientId !== atAdobe.clientId) return "the stored token is another client's";
  if (!invocation.requests.has(plan.name)) return 'the stored token was not requested in this run';
  if (fields.expiresAt === 0 || fields.expiresAt > token.expiresAt + largestSkew)
    return 'the stored token expires earlier than it says';
  if (invocation.rejected.has(token.value)) return 'IMS has rejected the stored token';
  const isTested = world.settings.validate && label !== 'AWSPENDING';
  if (isTested && !invocation.accepted.has(token.value)) return 'nobody asked IMS about the token';
  if (token.scope !== fields.scope) return 'the stored scopes are not those of the token';
  return undefined;
}
