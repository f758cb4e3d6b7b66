import type { ListedSecret } from './console-secrets.ts';
import { tagKeys } from './contract.ts';
import type { ClientSecretEntry } from './documented-form.ts';
import { type EpochSeconds, epochSeconds, formatInstant, parseInstant } from './instant.ts';
import type { Tags } from './token-tags.ts';

/**
 * How far the rotation of a client secret is, in a tag of it.
 *
 * `adding`: a secret is being added at Adobe. It is written before that, because adding is not
 * idempotent: whoever finds it knows that a secret which no version names may be the rotator's.
 * `retired`: the other secret took its place; it is removed at Adobe later.
 */
export type RotationState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'adding';
      readonly since: EpochSeconds;
      readonly versionId: string;
      /** Of the secret that was added, from its test on. */
      readonly uuid?: string | undefined;
      /** The version that has leaked, in the note of an answer to that. */
      readonly leakedId?: string | undefined;
    }
  | {
      readonly kind: 'retired';
      readonly uuid: string;
      readonly at: EpochSeconds;
      /** That took its place. Notes of earlier releases name none. */
      readonly versionId?: string | undefined;
      /** When IMS was asked whether it accepts it still, of which Adobe tells as of a use. */
      readonly askedAt?: EpochSeconds | undefined;
      /** The version that has leaked, in the note of an answer to that. */
      readonly leakedId?: string | undefined;
    };

/** A credential has no more client secrets at Adobe than this. */
export const mostClientSecrets = 2;

// A later release may add words at the end, and be rolled back.
const more = '(?: (?!uuid=|version=|asked=|leaked=)[a-z]+=\\S+)*';
const leaked = '(?: leaked=([\\w.:/=+@-]{1,64}))?';
const adding = new RegExp(
  `^adding since=(\\S+) version=(\\S{1,64})(?: uuid=([\\w-]{1,64}))?${leaked}${more}$`,
);
const retired = new RegExp(
  `^retired uuid=([\\w-]{1,64}) at=(\\S+)(?: version=([\\w.:/=+@-]{1,64}))?(?: asked=(\\S+))?${leaked}${more}$`,
);

// Whoever stores a version chooses its id, which may have characters that no tag may.
const taggable = /^[\w.:/=+@-]{1,64}$/;

/** A tag that does not parse says nothing. */
export function readRotationState(tags: Tags = {}): RotationState {
  const text = tags[tagKeys.rotation] ?? '';
  const [, since = '', versionId, added, leakedId] = adding.exec(text) ?? [];
  const sinceAt = parseInstant(since);
  if (sinceAt !== undefined && versionId !== undefined) {
    return { kind: 'adding', since: sinceAt, versionId, uuid: added, leakedId };
  }
  const [, uuid, at = '', successor, asked = '', leakedBy] = retired.exec(text) ?? [];
  const retiredAt = parseInstant(at);
  if (uuid !== undefined && retiredAt !== undefined) {
    const askedAt = parseInstant(asked);
    const of = { versionId: successor, leakedId: leakedBy };
    return { kind: 'retired', uuid, at: retiredAt, ...of, askedAt };
  }
  return { kind: 'none' };
}

/** The tag's value. Tags are never removed, only set. */
export function formatRotationState(state: RotationState): string {
  switch (state.kind) {
    case 'none':
      return 'none';
    case 'adding': {
      const uuid = state.uuid === undefined ? '' : ` uuid=${state.uuid}`;
      const text = `adding since=${formatInstant(state.since)} version=${state.versionId}${uuid}`;
      return withLeaked(text, state);
    }
    case 'retired': {
      const version = word('version', state.versionId);
      const asked = state.askedAt === undefined ? '' : ` asked=${formatInstant(state.askedAt)}`;
      const text = `retired uuid=${state.uuid} at=${formatInstant(state.at)}${version}${asked}`;
      return withLeaked(text, state);
    }
  }
}

// https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
const longestTag = 256;

/** Without this word, the leaked version can still be found as long as it has a label. */
function withLeaked(
  text: string,
  { leakedId }: { readonly leakedId?: string | undefined },
): string {
  const whole = `${text}${word('leaked', leakedId)}`;
  return whole.length > longestTag ? text : whole;
}

function word(key: string, versionId = ''): string {
  return taggable.test(versionId) ? ` ${key}=${versionId}` : '';
}

export type Retired = Extract<RotationState, { kind: 'retired' }>;

// Seconds between Adobe's clock and the function's.
export const tolerance = 120;

// Lambda ends every run after 15 minutes.
export const longestRun = 900;

// Seconds after which a rotation that has not happened is late.
export const mostDelay = 86_400;

/**
 * True for a secret that may be in a version which was stored then. Adobe creates a secret before anybody
 * can store it. Whoever replaces one by hand adds another later, and IMS may accept the deleted one for a
 * minute.
 *
 * @param storedAt undefined if there is no such version
 */
export function existedAt(
  { createdAt }: ListedSecret,
  storedAt: EpochSeconds | undefined,
): boolean {
  return storedAt !== undefined && createdAt <= storedAt + tolerance;
}

/**
 * The uuid of the secret that was in use before another is added: what is noted with it, if Adobe lists
 * that, or the only one that it lists. Nobody corrects a note about a secret that is replaced by hand.
 *
 * @param storedAt when the secret was first stored; if nobody knows, only one that was used may be it, which
 * a secret that a person has just added was not
 */
export function uuidInUse(
  entry: ClientSecretEntry | undefined,
  listed: readonly ListedSecret[],
  storedAt: EpochSeconds | undefined,
): string | undefined {
  const noted = listed.find(({ uuid }) => uuid === entry?.uuid);
  if (noted !== undefined) return noted.uuid;
  const [only, ...others] = listed;
  if (only === undefined || others.length > 0) return undefined;
  const mayBeStored =
    storedAt === undefined ? only.lastUsedAt !== undefined : existedAt(only, storedAt);
  return mayBeStored ? only.uuid : undefined;
}

// Seconds between the creation of a client secret and the last test of it as a pending one.
export const longestPending = 86_400;

// A run that had read the credential before may still use the old secret.
export const longestOwnUse = longestRun + tolerance;

/**
 * The state of a secret that is retired now. A use of it after `at` is somebody else's.
 *
 * @param versionId of the client secret, which took its place
 */
export function retiredNow(uuid: string, now: EpochSeconds, versionId: string): Retired {
  return { kind: 'retired', uuid, at: epochSeconds(now + longestOwnUse), versionId };
}

/**
 * The secret whose retirement a renewal has to note: the rotation was cut short, or the tag was removed.
 * Undefined once the tag says that it is noted, or over.
 */
export function unnotedRetirement(
  entries: readonly ClientSecretEntry[],
  tags: Tags,
  versionId: string,
): string | undefined {
  const isUnsaid = tags[tagKeys.rotation] === undefined || readRotationState(tags).kind !== 'none';
  return isUnsaid ? retirementToNote(entries, tags, versionId) : undefined;
}

/** The same for the rotation itself, which is not over before it has noted that. */
export function retirementToNote(
  entries: readonly ClientSecretEntry[],
  tags: Tags,
  versionId: string,
): string | undefined {
  const state = readRotationState(tags);
  if (state.kind === 'retired') return undefined;
  // A run of the same step may have written over the note of a rotation whose value is stored again since.
  const isStored =
    state.kind === 'adding' &&
    state.uuid !== undefined &&
    entries.some(({ uuid, retiredAt }) => uuid === state.uuid && retiredAt === undefined);
  if (state.kind === 'adding' && state.versionId !== versionId && !isStored) return undefined;
  return entries.find(({ retiredAt }) => retiredAt !== undefined)?.uuid;
}

/** True for a retired secret that may be removed now, if nobody uses it. */
export function isGraceOver({ at, askedAt = at }: Retired, now: EpochSeconds): boolean {
  return now >= Math.max(at, askedAt) + retirementGrace;
}

/** True for what a rotation has begun at Adobe, or left for a renewal to delete, more than a day ago. */
export function isStuck(state: RotationState, now: EpochSeconds): boolean {
  return now > openSince(state) + mostDelay;
}

/**
 * Since when a run may complete the rotation. A renewal, which deletes what is retired, comes each day. After
 * one that asked IMS and then failed, it is the first that comes a day later.
 */
export function openSince(state: RotationState): number {
  switch (state.kind) {
    case 'none':
      return Number.POSITIVE_INFINITY;
    case 'adding':
      return state.since;
    case 'retired':
      return state.at + (state.askedAt === undefined ? 1 : 3) * retirementGrace;
  }
}

/**
 * The seconds for which a retired secret stays at Adobe, or one that may be somebody else's: at least a
 * token's lifetime, because Adobe does not say how late it tells of a use.
 */
export const retirementGrace = 86_400;
