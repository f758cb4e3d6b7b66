import type { EpochSeconds } from './instant.ts';

/** The mints that a token secret's versions tell of. */
export interface MintHistory {
  readonly now: EpochSeconds;
  /** When the current token was issued; undefined when it is missing or nobody knows. */
  readonly currentIssuedAt: EpochSeconds | undefined;
  /** When the version before it was issued; `'none'` when there is none. */
  readonly previousIssuedAt: EpochSeconds | 'none' | 'unknown';
  /** The last change of the token secret. */
  readonly changedAt: EpochSeconds | undefined;
}

const minute = 60;
const interval = 10 * minute;

/**
 * True if one more mint stays within a credential's budget: a burst of two, then one in ten minutes,
 * whatever the reason.
 *
 * Only the ids of AWSCURRENT and AWSPREVIOUS say when tokens were issued, so two mints are all that
 * can be known. The second mint of a burst needs 20 minutes since the one before, so that bursts do
 * not add up. Where foreign versions hide the mints, the secret has to be unchanged for ten minutes.
 */
export function isWithinBudget(history: MintHistory): boolean {
  const { now, currentIssuedAt, previousIssuedAt, changedAt } = history;
  if (previousIssuedAt === 'none') return true;
  if (currentIssuedAt !== undefined && now - currentIssuedAt >= interval) return true;
  if (previousIssuedAt !== 'unknown') {
    const needed = currentIssuedAt === undefined ? interval : 2 * interval;
    return now - previousIssuedAt >= needed;
  }
  return changedAt === undefined || now - changedAt >= interval;
}
