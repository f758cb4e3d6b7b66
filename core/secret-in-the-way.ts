import {
  longestPending,
  longestRun,
  mostClientSecrets,
  type RotationState,
  retirementGrace,
  tolerance,
} from './client-secret-rotation.ts';
import type { ListedSecret } from './console-secrets.ts';
import { RotatorError } from './errors.ts';
import { type EpochSeconds, epochSeconds, formatInstant } from './instant.ts';
import { answerNoted } from './open-answer.ts';
import { mayHold, type StoredSecrets } from './retired-secret.ts';

/** The facts on which a rotation decides before it adds a secret. */
export interface BeforeAdding {
  readonly listed: readonly ListedSecret[];
  /** Every uuid that a stored version names. */
  readonly storedUuids: ReadonlySet<string>;
  /** The uuid that is noted with the secret that IMS has just accepted. */
  readonly inUse: string | undefined;
  readonly state: RotationState;
  /** The stored credential; undefined after a leak, when all that it holds has to go. */
  readonly stored?: StoredSecrets | undefined;
  /** Adobe tells of every use until then by now, unless it is unusually late. */
  readonly usesToldUntil: EpochSeconds;
}

// Adobe may allow more one day.
const mostNamed = 5;

/**
 * The secret that must be removed before another can be added; undefined while there is room.
 *
 * It is one that an earlier run added, and that never became current: no stored version names it, and
 * either the tag does, or it was created while that run may have been at work, at least a day ago, and
 * was never used.
 * Anybody else's secret is left alone. Whoever may write the tag can name any, so a named one must
 * have been young when it was tested, and another one used since.
 *
 * @throws RotatorError ERR_CLIENT_SECRET_LIMIT when it is not certain which one that is
 */
export function secretInTheWay(before: BeforeAdding): ListedSecret | undefined {
  const { listed, state } = before;
  if (listed.length < mostClientSecrets) return undefined;
  const ours = listed.filter((one) => isOwnOrphan(one, before));
  const [only] = ours;
  if (only !== undefined && ours.length === 1) {
    const isNamed = state.kind === 'adding' && state.uuid === only.uuid;
    if (isNamed ? isLeft(only, listed, state.since) : isUnused(only, before)) return only;
  }
  const which = listed
    .slice(0, mostNamed)
    .map(({ uuid }) => uuid)
    .join(' and ');
  const why = whyUncertain(before, ours);
  // A leak has an operator, whom the command advises, and who must not wait.
  const advice =
    before.stored && '; delete the one that nobody uses in the Developer Console, and try again';
  throw new RotatorError(
    'ERR_CLIENT_SECRET_LIMIT',
    `the credential has ${listed.length} client secrets at Adobe, ${which}, and ${why}${advice ?? ''}`,
  );
}

function whyUncertain(
  { state, inUse, listed, stored, usesToldUntil }: BeforeAdding,
  ours: readonly ListedSecret[],
): string {
  if (state.kind === 'retired') {
    const at = formatInstant(state.at);
    if (state.uuid === inUse) {
      return `${state.uuid}, which was replaced at ${at}, is stored again; the other one took its place, and may still be in use`;
    }
    return `${state.uuid}, which was replaced at ${at}, may still be in use`;
  }
  const [only, ...others] = ours;
  if (only !== undefined && others.length === 0) {
    if (only.createdAt <= usesToldUntil) {
      return 'Adobe does not tell yet which of them is in use';
    }
    if (answerNoted(state) !== undefined) {
      return `an earlier run of leaked may have added ${only.uuid}, or somebody else`;
    }
    const until = formatInstant(epochSeconds(only.createdAt + retirementGrace));
    return `an earlier rotation may have added ${only.uuid}, which a rotation deletes by itself once Adobe tells that another one was used after ${until}, and this one never`;
  }
  if (stored !== undefined && listed.some(({ uuid }) => mayHold(stored, uuid, listed))) {
    return 'the stored credential holds one without its uuid at Adobe, which may be either (store it with that, or without an entry that is gone at Adobe)';
  }
  return others.length > 0
    ? 'each could be the one that an earlier rotation added'
    : 'neither was left behind by an earlier rotation';
}

function isOwnOrphan(
  { uuid, createdAt, lastUsedAt }: ListedSecret,
  { listed, storedUuids, state, stored }: BeforeAdding,
): boolean {
  if (state.kind !== 'adding' || storedUuids.has(uuid)) return false;
  const { since } = state;
  const end = since + longestRun + tolerance;
  // The test of the rotation has used it, and nobody else can.
  if (state.uuid !== undefined) {
    const isYoung = createdAt >= since - longestPending;
    return uuid === state.uuid && isYoung && (lastUsedAt === undefined || lastUsedAt <= end);
  }
  if (stored !== undefined && mayHold(stored, uuid, listed)) return false;
  return lastUsedAt === undefined && createdAt >= since - tolerance && createdAt <= end;
}

/** Another one was used after it, or after its test began if Adobe tells of no use. */
function isLeft(
  { uuid, lastUsedAt }: ListedSecret,
  listed: readonly ListedSecret[],
  since: EpochSeconds,
): boolean {
  const least = lastUsedAt ?? since;
  return listed.some((other) => other.uuid !== uuid && (other.lastUsedAt ?? 0) > least);
}

/**
 * A person may have added it, and use it elsewhere, and Adobe may tell of a use late, or never. So it must
 * have told of a use of another one that came a day after, and of all uses until a day ago.
 */
function isUnused(
  { uuid, createdAt }: ListedSecret,
  { listed, usesToldUntil }: BeforeAdding,
): boolean {
  const least = Math.max(createdAt + retirementGrace, usesToldUntil);
  return listed.some((other) => other.uuid !== uuid && (other.lastUsedAt ?? 0) >= least);
}
