import {
  isGraceOver,
  longestOwnUse,
  longestPending,
  mostClientSecrets,
  type Retired,
  tolerance,
} from './client-secret-rotation.ts';
import type { ListedSecret } from './console-secrets.ts';
import type { ClientSecretEntry } from './documented-form.ts';
import { type EpochSeconds, epochSeconds, formatInstant, parseInstant } from './instant.ts';

/** The fate of a retired secret. */
export type Removal =
  /** If IMS accepts its stored value: a person may have mistaken its uuid. */
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

export interface Times {
  readonly now: EpochSeconds;
  /** When the credential was stored. */
  readonly storedAt: EpochSeconds | undefined;
  /** When Secrets Manager has rotated it last, which no tag can forge. */
  readonly rotatedAt: EpochSeconds | undefined;
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
 * for a minute. The tag alone proves nothing: whoever may write tags could have it name any.
 */
export function judgeRetired(
  retired: Retired,
  listed: readonly ListedSecret[],
  stored: StoredSecrets,
  { now, storedAt = epochSeconds(0), rotatedAt = epochSeconds(0) }: Times,
): Removal {
  const { uuid, at } = retired;
  const old = listed.find((one) => one.uuid === uuid);
  if (old === undefined) return { kind: 'gone' };
  if (!isGraceOver(retired, now)) return waiting('its grace is not over');
  const lastUsedAt = old.lastUsedAt ?? epochSeconds(0);
  const entry = stored.entries.find((one) => one.uuid === uuid);
  const retiredAt = parseInstant(entry?.retiredAt ?? '');
  // Until its rotation was complete, renewals used it.
  const replacedAt = Math.max((retiredAt ?? at) + longestPending, rotatedAt);
  const usedFrom = Math.min(at, replacedAt + longestOwnUse);
  if (lastUsedAt >= usedFrom && !isQuestion(lastUsedAt, retired)) {
    const when = formatInstant(lastUsedAt);
    return waiting(`somebody used it at ${when}, after it was retired`);
  }
  if (mayHold(stored, uuid, listed)) return waiting('the stored credential may hold it still');
  const inUse = stored.accepted?.uuid;
  const successor = listed.find((one) => one.uuid === inUse && one.uuid !== uuid);
  if (successor === undefined) {
    return waiting('its successor is not at Adobe, or is stored without its uuid');
  }
  // A person may have gone back to the retired one, and taken its successor again.
  if ((successor.lastUsedAt ?? 0) < Math.max(at, storedAt)) {
    return waiting('its successor has not been used since');
  }
  if (retiredAt === undefined)
    return waiting('the stored credential does not say that it is retired');
  if (listed.length > mostClientSecrets) {
    return waiting('Adobe lists more than two, so that it may be another one');
  }
  return { kind: 'remove' };
}

/** True for the use of an earlier run, which asked IMS about it and could not delete it then. */
function isQuestion(usedAt: number, { askedAt }: Retired): boolean {
  if (askedAt === undefined) return false;
  return usedAt >= askedAt - tolerance && usedAt <= askedAt + longestOwnUse;
}

function waiting(why: string): Removal {
  return { kind: 'wait', why };
}
