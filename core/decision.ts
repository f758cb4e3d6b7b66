import type { EpochSeconds } from './instant.ts';
import { renewBefore } from './renew-before.ts';
import { isBackingOff, type StandingFailure } from './status.ts';

/** Why a credential's token is kept or renewed; logged and counted verbatim. */
export type Reason =
  | 'paused'
  | 'token-secret-missing'
  | 'credential-missing'
  | 'forced'
  | 'backing-off'
  | 'token-missing'
  | 'token-malformed'
  | 'credential-changed'
  | 'recently-issued'
  | 'token-expired'
  | 'token-expiring'
  | 'token-fresh';

/** The version that is AWSCURRENT in the token secret, as far as a decision needs it. */
export interface CurrentToken {
  readonly versionId: string;
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
  /** Seconds. */
  readonly lifetime: number;
  /** Undefined when the version does not say which credential it was minted from. */
  readonly fingerprint: string | undefined;
}

/** All that is known about one credential at the moment of deciding. */
export interface Observation {
  readonly now: EpochSeconds;
  /** Seconds between two ticks. */
  readonly tick: number;
  readonly paused: boolean;
  readonly forced: boolean;
  /**
   * `'absent'`: there is no token secret; `'empty'`: it has no value; `'unread'`: its version id is
   * foreign, and nobody has looked at the value yet.
   */
  readonly token: 'absent' | 'empty' | 'unread' | 'malformed' | CurrentToken;
  /** Of the client secret's current version and the settings; undefined when it has no value. */
  readonly fingerprint: string | undefined;
  /** The failure that is remembered of this very credential version. */
  readonly failure: StandingFailure | undefined;
  /** The `renew-before` setting in seconds. */
  readonly renewBefore?: number;
}

export interface Decision {
  readonly action: 'keep' | 'renew';
  readonly reason: Reason;
  /** Kept although somebody has to act. */
  readonly failing: boolean;
}

const recently = 600;

/** Whether a credential's token is due, and why. The order is the meaning: the first hit wins. */
export function decide(observation: Observation): Decision {
  const { now, token, fingerprint } = observation;
  if (observation.paused) return keep('paused');
  if (token === 'absent') return keep('token-secret-missing', true);
  if (fingerprint === undefined) return keep('credential-missing', token !== 'empty');
  if (observation.forced) return renew('forced');
  if (isBackingOff(observation.failure, now, observation.tick)) return keep('backing-off');
  if (token === 'empty') return renew('token-missing');
  // An unread value is taken for the worst: whoever gets this reason has to look at it first.
  if (token === 'malformed' || token === 'unread') return renew('token-malformed');
  const changed = token.fingerprint !== undefined && token.fingerprint !== fingerprint;
  if (changed) return renew('credential-changed');
  if (now - token.issuedAt < recently) return keep('recently-issued');
  const remaining = token.expiresAt - now;
  if (remaining <= 0) return renew('token-expired');
  const lead = renewBefore(token.lifetime, observation.tick, observation.renewBefore);
  return remaining <= lead ? renew('token-expiring') : keep('token-fresh');
}

function keep(reason: Reason, failing = false): Decision {
  return { action: 'keep', reason, failing };
}

function renew(reason: Reason): Decision {
  return { action: 'renew', reason, failing: false };
}

/** What a forced run asks for. */
export interface Force {
  readonly force: boolean;
  /** The version id that the run is to replace. */
  readonly replaces?: string;
}

const forcedAtMostEvery = 60;

/**
 * Whether a run may force: with `replaces` only while that version is current, so that an event
 * delivered twice mints once; without it at most once a minute.
 */
export function isForced(
  request: Force,
  { now, token }: Pick<Observation, 'now' | 'token'>,
  currentVersionId: string | undefined,
): boolean {
  if (!request.force) return false;
  if (request.replaces !== undefined) return request.replaces === currentVersionId;
  return typeof token !== 'object' || now - token.issuedAt >= forcedAtMostEvery;
}

/** Whether the new token has to expire later than the one that a run has seen. */
export function mustExpireLater(
  reason: Reason,
  token: Observation['token'],
): token is CurrentToken {
  return (reason === 'token-expired' || reason === 'token-expiring') && typeof token === 'object';
}

/** Whether the credential needs nothing: its token is fresh, or as good as that. */
export function isSettled(reason: Reason | undefined): boolean {
  return reason === 'token-fresh' || reason === 'recently-issued';
}
