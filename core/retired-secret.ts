import { isGraceOver, longestOwnUse, type Retired } from './client-secret-rotation.ts';
import type { ListedSecret } from './console-secrets.ts';
import type { ClientSecretEntry } from './documented-form.ts';
import { type EpochSeconds, formatInstant, parseInstant } from './instant.ts';

/** What becomes of a retired secret. */
export type Removal =
  | { readonly kind: 'remove' }
  /** It is not at Adobe any more. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'wait'; readonly why: string };

/** The client secrets of a stored credential, and which of them works. */
export interface StoredSecrets {
  readonly entries: readonly ClientSecretEntry[];
  /** The one that IMS has just accepted. */
  readonly accepted: ClientSecretEntry | undefined;
}

/**
 * True if the credential may hold this secret beside the accepted one, as one that counts.
 *
 * @param listed the secrets at Adobe
 */
export function mayHold(
  { entries, accepted }: StoredSecrets,
  uuid: string,
  listed: readonly ListedSecret[],
): boolean {
  const others = entries.filter((one) => one !== accepted && one.retiredAt === undefined);
  if (entries.some((one) => one.uuid === uuid)) return others.some((one) => one.uuid === uuid);
  // Without a uuid that Adobe lists, which people may leave out or mistake, it may be any that none names.
  const known = new Set(listed.map((one) => one.uuid));
  return others.some((one) => one.uuid === undefined || !known.has(one.uuid));
}

/**
 * A retired secret goes when its grace is over and nobody has used it since, but its successor. What Adobe
 * listed alone may have been somebody else's, if a person had just deleted the stored one, which IMS accepts
 * for a minute.
 */
export function judgeRetired(
  retired: Retired,
  listed: readonly ListedSecret[],
  stored: StoredSecrets,
  now: EpochSeconds,
): Removal {
  const { uuid, at } = retired;
  const old = listed.find((one) => one.uuid === uuid);
  if (old === undefined) return { kind: 'gone' };
  if (!isGraceOver(retired, now)) return { kind: 'wait', why: 'its grace is not over' };
  if (old.lastUsedAt !== undefined && old.lastUsedAt >= at) {
    const when = formatInstant(old.lastUsedAt);
    return { kind: 'wait', why: `somebody used it at ${when}, after it was retired` };
  }
  if (mayHold(stored, uuid, listed))
    return { kind: 'wait', why: 'the stored credential may hold it still' };
  const inUse = stored.accepted?.uuid;
  const successor = listed.find((one) => one.uuid === inUse && one.uuid !== uuid);
  if (successor === undefined) return { kind: 'wait', why: 'its successor is not at Adobe' };
  if (successor.lastUsedAt === undefined || successor.lastUsedAt < at) {
    return { kind: 'wait', why: 'its successor has not been used since' };
  }
  if (old.lastUsedAt === undefined || old.lastUsedAt < replacedFrom(retired, stored)) {
    const why =
      'Adobe does not tell of its use by the run that replaced it, so that it may be another one';
    return { kind: 'wait', why };
  }
  return { kind: 'remove' };
}

/** The run that has replaced a secret had a token minted with it. */
function replacedFrom({ uuid, at }: Retired, { entries }: StoredSecrets): number {
  const noted = entries.find((one) => one.uuid === uuid)?.retiredAt;
  const replacedAt = parseInstant(noted ?? '') ?? at - longestOwnUse;
  return replacedAt - longestOwnUse;
}
