import { largestSkew } from './bounds.ts';
import type { Credential } from './credential.ts';
import type { Invocation } from './invocation.ts';
import type { SecretVersion } from './secret.ts';
import type { Put } from './secrets-manager.ts';
import { type StoredFields, storedFields } from './stored-fields.ts';
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

/** Why AWSCURRENT must not have been moved from that version to the one that has it now. */
export function problemOfMove(
  { ims, clock, settings, acceptedTokens }: World,
  { event, versions, seen }: Invocation,
  { plan, tokenSecret, forged }: Credential,
  before: SecretVersion | undefined,
): string | undefined {
  const { current } = tokenSecret;
  const [fields, old] = [current, before].map((one) => storedFields(one?.value));
  const token = ims.issued(fields?.access_token ?? '');
  if (fields === undefined || token === undefined) return 'AWSCURRENT was moved to no token';
  const isFinished =
    event['Step'] === 'finishSecret' && event['ClientRequestToken'] === current?.id;
  if (!isFinished && !versions.has(current?.id ?? '')) {
    return 'AWSCURRENT was moved to a version that this run has not stored';
  }
  if (seen.get(plan.name)?.isPaused) return 'AWSCURRENT was moved in spite of a pause';
  if (token.expiresAt < clock.now - largestSkew) return 'AWSCURRENT was moved to an ended token';
  if (
    old !== undefined &&
    !forged.has(before?.id ?? '') &&
    fields.issuedAt < old.issuedAt - 60 - 2 * largestSkew
  ) {
    return 'AWSCURRENT was moved to an earlier token';
  }
  if (settings.validate && !acceptedTokens.has(token.value)) return 'nobody tested the token';
  return undefined;
}
