import {
  existedAt,
  longestOwnUse,
  mostClientSecrets,
  type RotationState,
  retirementGrace,
} from '../../core/client-secret-rotation.ts';
import type { ListedSecret } from '../../core/console-secrets.ts';
import type { ClientSecretEntry } from '../../core/documented-form.ts';
import { RotatorError } from '../../core/errors.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import { type BeforeAdding, secretInTheWay } from '../../core/secret-in-the-way.ts';

// Seconds between the addition of a secret and the note of its test, which may be repeated.
const day = 86_400;

// Seconds by which a note of a retirement may be ahead, clocks included.
const longestAhead = 1_800;

/** The client secrets at Adobe and in Secrets Manager, before the leaked one is replaced. */
export interface BeforeReplacing extends Omit<BeforeAdding, 'inUse' | 'stored'> {
  /** The client secrets in the current version. */
  readonly entries: readonly ClientSecretEntry[];
  /** The one of them that IMS has just accepted. */
  readonly accepted: ClientSecretEntry | undefined;
  /** When that one was first stored. */
  readonly acceptedAt: EpochSeconds | undefined;
  /** When the last of all of them was first stored. */
  readonly storedAt: EpochSeconds | undefined;
  /** When the first version was stored that could not be decrypted, and that may hold any of them. */
  readonly unreadableSince: EpochSeconds | undefined;
  /** IMS accepts each of them. */
  readonly areAllAccepted: boolean;
  /** Those in the version of which the tag says that it is being added. */
  readonly pendingUuids: ReadonlySet<string>;
  /** Those that are stored with a client secret which IMS accepts, beside the accepted one. */
  readonly provedUuids: ReadonlySet<string>;
}

/** A secret that has to go, and why it may. */
export interface InTheWay {
  readonly uuid: string;
  readonly why: string;
}

export interface Room {
  /** The secret to delete once another is in use; undefined if Adobe lists none that was stored. */
  readonly inUse: string | undefined;
  /** The secret to delete first. */
  readonly remove?: InTheWay | undefined;
}

/**
 * Which secrets have leaked, and which one is in the way of another. Whoever has read the client
 * secret has all that are stored in it. A secret that nobody stored is left alone.
 *
 * @throws RotatorError ERR_CLIENT_SECRET_LIMIT when it is not certain which one may go
 */
export function judgeRoom(before: BeforeReplacing): Room {
  const { listed, accepted, areAllAccepted } = before;
  const others = storedBeside(before);
  const asOld = listed.filter((one) => existedAt(one, before.acceptedAt));
  const rest = asOld.filter(({ uuid }) => !others.some((other) => other.uuid === uuid));
  const noted = listed.find(({ uuid }) => uuid === accepted?.uuid)?.uuid;
  const isCertain = rest.length === 1 && rest.every((one) => isOlder(one, before));
  const inUse = noted ?? (isCertain ? rest[0]?.uuid : undefined);
  if (listed.length < mostClientSecrets) return { inUse };
  const [other] = others;
  if (other !== undefined) return { inUse, remove: other };
  if (areAllAccepted) {
    const older = listed.filter((one) => existedAt(one, before.storedAt));
    const [first, second] = older.toSorted((one, two) => one.createdAt - two.createdAt);
    if (first && second && older.every((one) => isOlder(one, before))) {
      return { inUse: second.uuid, remove: { uuid: first.uuid, why: 'which had leaked too' } };
    }
  }
  const orphan = secretInTheWay({ ...before, inUse: noted });
  if (orphan === undefined) return { inUse };
  const { uuid } = orphan;
  if (before.unreadableSince !== undefined) {
    throw new RotatorError(
      'ERR_CLIENT_SECRET_LIMIT',
      `the credential has ${listed.length} client secrets at Adobe, and ${uuid} may be in use: it may be stored in a version that could not be decrypted`,
    );
  }
  return {
    inUse: noted ?? asOld.find((one) => one.uuid !== uuid)?.uuid,
    remove: { uuid, why: 'which an earlier run had added and could not store' },
  };
}

/** Adobe had it before a version that could not be decrypted, too. */
function isOlder(
  one: ListedSecret,
  { unreadableSince }: Pick<BeforeReplacing, 'unreadableSince'>,
): boolean {
  return unreadableSince === undefined || existedAt(one, unreadableSince);
}

/**
 * The secrets at Adobe that are stored beside the accepted one. With a value that is dead, or never was
 * its own, anybody's uuid may be stored.
 */
function storedBeside(before: BeforeReplacing): readonly InTheWay[] {
  return namedBeside(before).filter(({ uuid }) => before.provedUuids.has(uuid));
}

/** Those that may go once IMS has proved their uuids. */
export function namedBeside(before: Omit<BeforeReplacing, 'provedUuids'>): readonly InTheWay[] {
  const { listed, entries, accepted, pendingUuids, state } = before;
  const stored = entries.flatMap(({ uuid, retiredAt }) => {
    const why = retiredAt === undefined ? 'which had leaked too' : 'which was retired';
    return uuid === undefined ? [] : [{ uuid, why }];
  });
  // Only its own test has used it.
  const isYoung = ({ uuid, createdAt, lastUsedAt }: ListedSecret): boolean =>
    pendingUuids.has(uuid) &&
    state.kind === 'adding' &&
    createdAt >= state.since - day &&
    (lastUsedAt === undefined || lastUsedAt <= state.since + longestOwnUse);
  const pending = listed
    .filter(isYoung)
    .map(({ uuid }) => ({ uuid, why: 'which was stored and never in use' }));
  const known = [...stored, ...pending, ...retiredBefore(before)];
  return known.filter(
    ({ uuid }) => uuid !== accepted?.uuid && listed.some((one) => one.uuid === uuid),
  );
}

/**
 * A retired secret that is no longer in the value may be removed unless somebody still uses it. Only
 * one that was stored once: whoever may write tags could name somebody else's.
 */
function retiredBefore({
  state,
  listed,
  storedUuids,
  usesToldUntil,
}: Omit<BeforeReplacing, 'provedUuids'>): readonly InTheWay[] {
  if (state.kind !== 'retired' || !storedUuids.has(state.uuid)) return [];
  const { uuid, at } = state;
  // No run notes a later one: whoever may write tags could have every use be one before it.
  if (at > usesToldUntil + retirementGrace + longestAhead) return [];
  const { lastUsedAt } = listed.find((one) => one.uuid === uuid) ?? {};
  if (lastUsedAt !== undefined && lastUsedAt >= at) return [];
  return [{ uuid, why: 'which was retired' }];
}

/** The client secrets after an answer has stored its own. */
export interface AfterReplacing {
  readonly listed: readonly ListedSecret[];
  readonly state: RotationState;
  /** The uuids in the version that it has stored. */
  readonly ownUuids: ReadonlySet<string>;
  /** Those in the version which that has replaced. */
  readonly leakedUuids: ReadonlySet<string>;
  /** When the last of its secrets was first stored; undefined if it does not exist any more. */
  readonly leakedAt: EpochSeconds | undefined;
  /** When the first version was stored that could not be decrypted. */
  readonly unreadableSince: EpochSeconds | undefined;
}

/**
 * The secrets at Adobe that an answer has replaced. What the tag names is not enough: whoever may write
 * tags could have it name the secret in use, or that of a person.
 */
export function leakedBefore({
  listed,
  state,
  ownUuids,
  leakedUuids,
  leakedAt,
  unreadableSince,
}: AfterReplacing): readonly string[] {
  return listed
    .filter(({ uuid }) => !ownUuids.has(uuid))
    .filter(({ uuid }) => state.kind !== 'retired' || state.uuid === uuid)
    .filter(
      (one) =>
        leakedUuids.has(one.uuid) ||
        (existedAt(one, leakedAt) && isOlder(one, { unreadableSince })),
    )
    .map(({ uuid }) => uuid);
}

/** True if Adobe lists the secret of the answer, and no other that may have leaked. */
export function listsNoneBefore(after: AfterReplacing): boolean {
  const { listed, state, ownUuids, leakedUuids, leakedAt } = after;
  const isOwnListed = listed.some(({ uuid }) => ownUuids.has(uuid));
  const others = listed.filter(({ uuid }) => !ownUuids.has(uuid));
  const isNamed = (uuid: string): boolean =>
    leakedUuids.has(uuid) || (state.kind === 'retired' && state.uuid === uuid);
  return isOwnListed && !others.some((one) => isNamed(one.uuid) || existedAt(one, leakedAt));
}
