import { type ListedSecret, mostClientSecrets } from './console-secrets.ts';
import { tagKeys } from './contract.ts';
import type { ClientSecretEntry } from './documented-form.ts';
import { RotatorError } from './errors.ts';
import { type EpochSeconds, formatInstant, parseInstant } from './instant.ts';
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
  | { readonly kind: 'adding'; readonly since: EpochSeconds; readonly version: string }
  | { readonly kind: 'retired'; readonly uuid: string; readonly at: EpochSeconds };

const adding = /^adding since=(\S+) version=([0-9a-f]{8})$/;
const retired = /^retired uuid=([\w-]{1,64}) at=(\S+)$/;

/** A tag that does not parse says nothing. */
export function readRotationState(tags: Tags = {}): RotationState {
  const text = tags[tagKeys.rotation] ?? '';
  const [, since = '', version] = adding.exec(text) ?? [];
  const sinceAt = parseInstant(since);
  if (sinceAt !== undefined && version !== undefined) {
    return { kind: 'adding', since: sinceAt, version };
  }
  const [, uuid, at = ''] = retired.exec(text) ?? [];
  const retiredAt = parseInstant(at);
  if (uuid !== undefined && retiredAt !== undefined)
    return { kind: 'retired', uuid, at: retiredAt };
  return { kind: 'none' };
}

/** The tag's value. Tags are never removed, only set. */
export function formatRotationState(state: RotationState): string {
  switch (state.kind) {
    case 'none':
      return 'none';
    case 'adding':
      return `adding since=${formatInstant(state.since)} version=${state.version}`;
    case 'retired':
      return `retired uuid=${state.uuid} at=${formatInstant(state.at)}`;
  }
}

/** The part of a version's id that the tag has room for. */
export function shortVersion(versionId: string): string {
  return versionId
    .toLowerCase()
    .replaceAll(/[^0-9a-f]/g, '')
    .slice(0, 8)
    .padStart(8, '0');
}

/** What is known before a secret is added. */
export interface BeforeAdding {
  readonly listed: readonly ListedSecret[];
  /** Every uuid that a stored version names. */
  readonly storedUuids: ReadonlySet<string>;
  readonly state: RotationState;
  /** The most seconds that one run takes. */
  readonly longestRun: number;
}

// Seconds between Adobe's clock and the function's.
const tolerance = 120;

/**
 * The secret that must be removed before another can be added; undefined while there is room.
 *
 * It is one that an earlier run added without storing it: no stored version names it, it was created
 * while that run may have been at work, and it was never used. Anybody else's secret is left alone.
 *
 * @throws RotatorError ERR_CLIENT_SECRET_LIMIT when it is not certain which one that is
 */
export function secretInTheWay(before: BeforeAdding): ListedSecret | undefined {
  const { listed, state } = before;
  if (listed.length < mostClientSecrets) return undefined;
  const ours = listed.filter((one) => isOwnOrphan(one, before));
  const [only] = ours;
  if (only !== undefined && ours.length === 1) return only;
  const which = listed.map(({ uuid }) => uuid).join(' and ');
  const why =
    state.kind === 'adding' && ours.length > 1
      ? 'each could be the one that an earlier rotation added'
      : 'neither was left behind by an earlier rotation';
  throw new RotatorError(
    'ERR_CLIENT_SECRET_LIMIT',
    `the credential has ${listed.length} client secrets at Adobe, ${which}, and ${why}; ` +
      'delete the one that nobody uses in the Developer Console, and start the rotation again',
  );
}

function isOwnOrphan(
  { uuid, createdAt, lastUsedAt }: ListedSecret,
  { storedUuids, state, longestRun }: BeforeAdding,
): boolean {
  if (state.kind !== 'adding' || storedUuids.has(uuid) || lastUsedAt !== undefined) return false;
  const { since } = state;
  return createdAt >= since - tolerance && createdAt <= since + longestRun + tolerance;
}

/**
 * The uuid of the secret that was in use before another is added: what is noted with it, or the only
 * one that Adobe lists beside an orphan.
 */
export function uuidInUse(
  entry: ClientSecretEntry | undefined,
  listed: readonly ListedSecret[],
): string | undefined {
  if (entry?.uuid !== undefined) return entry.uuid;
  const [only] = listed;
  return listed.length === 1 ? only?.uuid : undefined;
}

/** The seconds for which a retired secret stays at Adobe: at least a token's lifetime. */
export const retirementGrace = 86_400;

/** What becomes of a retired secret. */
export type Removal =
  | { readonly kind: 'remove' }
  /** It is not at Adobe any more. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'wait'; readonly why: string };

/**
 * A retired secret is removed when the grace is over, nobody has used it since it was retired, and
 * the one that took its place has been used.
 */
export function judgeRetired(
  { uuid, at }: Extract<RotationState, { kind: 'retired' }>,
  listed: readonly ListedSecret[],
  inUse: string | undefined,
  now: EpochSeconds,
): Removal {
  const old = listed.find((one) => one.uuid === uuid);
  if (old === undefined) return { kind: 'gone' };
  if (now < at + retirementGrace) return { kind: 'wait', why: 'its grace is not over' };
  if (old.lastUsedAt !== undefined && old.lastUsedAt >= at) {
    const when = formatInstant(old.lastUsedAt);
    return { kind: 'wait', why: `somebody used it at ${when}, after it was retired` };
  }
  const successor = listed.find((one) => one.uuid === inUse && one.uuid !== uuid);
  if (successor === undefined) return { kind: 'wait', why: 'its successor is not at Adobe' };
  if (successor.lastUsedAt === undefined || successor.lastUsedAt < at) {
    return { kind: 'wait', why: 'its successor has not been used since' };
  }
  return { kind: 'remove' };
}
