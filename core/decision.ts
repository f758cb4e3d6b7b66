import { type SpentBudget, spentBudget } from './mint-budget.ts';
import { type CurrentToken, isMintedFromAnother, type Observation } from './observation.ts';
import { renewAt } from './renew-before.ts';
import { isBackingOff } from './status.ts';

/** Why a credential's token is kept, looked at or renewed; logged and counted verbatim. */
export type Reason =
  | 'paused'
  | 'token-secret-missing'
  | 'credential-missing'
  | 'forced'
  | 'backing-off'
  | 'token-missing'
  | 'token-unread'
  | 'token-malformed'
  | 'credential-changed'
  | 'recently-issued'
  | 'over-budget'
  | 'token-expired'
  | 'token-expiring'
  | 'token-fresh';

export interface Decision {
  /** `'look'`: read the token secret's value, then decide again. */
  readonly action: 'keep' | 'look' | 'renew';
  readonly reason: Reason;
  /** Kept although somebody has to act. */
  readonly needsAction: boolean;
  /** Why a token that is due is kept as `'over-budget'`. */
  readonly spent?: SpentBudget | undefined;
}

/** A request to renew a token that may not be due. */
export interface Force {
  readonly force: boolean;
  /** Force only while this version of the token secret is AWSCURRENT. */
  readonly replaces?: string | undefined;
}

export const unforced: Force = { force: false };

const minute = 60;
const recently = 10 * minute;

/**
 * Decides whether a credential's token is due, and why. The order matters: the first hit wins. Then
 * the credential's budget of mints has the last word.
 */
export function decide(observation: Observation, force: Force = unforced): Decision {
  const { token, fingerprint } = observation;
  if (observation.paused) return keep('paused', lacksToken(observation));
  if (token === 'absent') return keep('token-secret-missing', true);
  if (fingerprint === undefined) {
    return keep('credential-missing', observation.versionId !== undefined || observation.isOverdue);
  }
  const decision = decideRenewal({ ...observation, token, fingerprint }, force);
  const spent = decision.action === 'renew' ? spentBudget(observation) : undefined;
  if (spent === undefined) return decision;
  return { ...keep('over-budget', !isGoodForNow(observation)), spent };
}

/** No alarm on life left watches a pause without a token, and nothing ends it. */
function lacksToken({ token, isOld, isOverdue, fingerprint }: Observation): boolean {
  // Without a credential, somebody may have made the pair for later.
  const isLate = isOverdue || (isOld && fingerprint !== undefined);
  return token === 'malformed' || (token === 'empty' && isLate);
}

type Renewable = Observation & {
  readonly token: Exclude<Observation['token'], 'absent'>;
  readonly fingerprint: string;
};

function decideRenewal(observation: Renewable, force: Force): Decision {
  const { now, token } = observation;
  const changed = isMintedFromAnother(observation);
  if (isForced(force, observation)) return renew('forced');
  if (isWaiting(observation, changed)) return keep('backing-off');
  if (token === 'empty') return renew('token-missing');
  if (token === 'unread') return { action: 'look', reason: 'token-unread', needsAction: false };
  if (token === 'malformed') return renew('token-malformed');
  if (changed) return renew('credential-changed');
  if (now - token.issuedAt < recently) return keep('recently-issued');
  if (token.expiresAt <= now) return renew('token-expired');
  return renewAt(token, observation) <= now ? renew('token-expiring') : keep('token-fresh');
}

function keep(reason: Reason, needsAction = false): Decision {
  return { action: 'keep', reason, needsAction };
}

function renew(reason: Reason): Decision {
  return { action: 'renew', reason, needsAction: false };
}

/**
 * `replaces` forces only while that version is current, so that an event delivered twice mints
 * once. Without it, a run may force once a minute.
 */
function isForced({ force, replaces }: Force, { now, token, versionId }: Observation): boolean {
  if (!force) return false;
  if (replaces !== undefined) return replaces === versionId;
  return typeof token !== 'object' || now - token.issuedAt >= minute;
}

/**
 * That the stored token outlives every new one is no failure while it is good, so no alarm tells of
 * that wait. It must not hold back a changed credential, whose token is replaced whatever it outlives.
 */
function isWaiting({ now, tick, failure }: Observation, changed: boolean): boolean {
  if (changed && failure?.code === 'ERR_TOKEN_NOT_LATER') return false;
  return isBackingOff(failure, now, tick);
}

/** Consumers can use the stored token until after the budget allows a new one. */
function isGoodForNow({ now, tick, token }: Observation): boolean {
  return typeof token === 'object' && token.expiresAt - now > 2 * tick;
}

/** A token that replaces one because of its expiry has to expire later. */
export function mustExpireLater(
  reason: Reason,
  token: Observation['token'],
): token is CurrentToken {
  return (reason === 'token-expired' || reason === 'token-expiring') && typeof token === 'object';
}

/** True if a tick must act on a credential that the list shows, and not only count it. */
export function needsWork(
  { action, reason, needsAction }: Decision,
  { token, isCredentialUnseen }: Observation,
  hasStatus: boolean,
): boolean {
  if (action !== 'keep') return true;
  // While a credential waits, its foreign token still expires, and the operator must be warned in time.
  if (reason === 'backing-off' || reason === 'paused') return needsAction || token === 'unread';
  // The list may be old: before a problem or a recovery is reported, the secrets themselves are read.
  return needsAction || ((isCredentialUnseen || hasStatus) && isSettled(reason));
}

/** The credential needs nothing: its token is fresh, or was issued a moment ago. */
export function isSettled(reason: Reason | undefined): boolean {
  return reason === 'token-fresh' || reason === 'recently-issued';
}
