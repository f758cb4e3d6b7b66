import type { Decision, Reason } from './decision.ts';
import { type RotatorError, TokenNotLaterError } from './errors.ts';
import type { EpochSeconds } from './instant.ts';
import type { SpentBudget } from './mint-budget.ts';
import type { Observation } from './observation.ts';
import type { ClientProgress } from './rotation-progress.ts';

/** The outcome of a run for one credential. */
export interface CredentialOutcome {
  readonly credential: string;
  /** Undefined when too little could be seen to decide, and in a rotation, which decides nothing. */
  readonly reason?: Reason | undefined;
  readonly outcome: 'kept' | 'renewed' | 'failed' | 'deferred' | 'due';
  /** The token that is stored now, as far as it is known. */
  readonly token?: TokenLife | undefined;
  /** The token that had expired before it was renewed: consumers held it. */
  readonly found?: TokenLife | undefined;
  readonly error?: RotatorError | undefined;
  /** The credential needs attention beyond this run: counted in the metric `Failing`. */
  readonly failing: boolean;
  /** The failure is a new one, so it fails the invocation. */
  readonly isNews: boolean;
  /** The remembered failure that a credential waits for. */
  readonly standingCode?: string | undefined;
  /** How the client secret stands, if it was seen before the decision. */
  readonly clientProgress?: ClientProgress | undefined;
  /** The status tag could not be written. */
  readonly statusError?: RotatorError | undefined;
  /** Which of several client secrets IMS accepted, counted from 1. */
  readonly clientSecretPosition?: number | undefined;
  /** Before this renewal, a replica of the token secret could not be brought up to date. */
  readonly hasFailedReplica?: boolean | undefined;
  /** Why a token that is due is kept as `'over-budget'`. */
  readonly spent?: SpentBudget | undefined;
  /** Seconds from the credential's first read to its outcome. */
  readonly duration?: number | undefined;
}

export interface TokenLife {
  readonly expiresAt: EpochSeconds;
  /** Seconds. */
  readonly lifetime: number;
}

/** The result of acting on a decision; `due` is a decision that was not acted on. */
export type Acted =
  | {
      readonly kind: 'kept';
      /** Something could not be seen, so a remembered failure may still last. */
      readonly isUnsure?: boolean | undefined;
    }
  | { readonly kind: 'due' }
  | {
      readonly kind: 'renewed';
      readonly token: TokenLife;
      readonly clientSecretPosition?: number | undefined;
      readonly hasFailedReplica?: boolean | undefined;
    }
  | { readonly kind: 'failed'; readonly error: RotatorError };

/**
 * One credential's outcome.
 *
 * @param observation undefined when too little could be seen
 */
export function outcomeOf(
  credential: string,
  observation: Observation | undefined,
  decision: Decision | undefined,
  acted: Acted,
): CredentialOutcome {
  const reason = decision?.reason;
  const token = lifeOf(observation?.token);
  const failure = observation?.failure;
  switch (acted.kind) {
    case 'renewed': {
      const { kind, clientSecretPosition } = acted;
      // Nothing else of the new token outlives its renewal.
      const { expiresAt, lifetime } = acted.token;
      return {
        credential,
        reason,
        outcome: kind,
        token: { expiresAt, lifetime },
        found: observation !== undefined && hasExpired(observation) ? token : undefined,
        clientSecretPosition,
        hasFailedReplica: acted.hasFailedReplica,
        failing: false,
        isNews: false,
      };
    }
    case 'failed': {
      const { error } = acted;
      if (error instanceof TokenNotLaterError) {
        // The stored token is good for longer than any new one.
        return { credential, reason, outcome: 'kept', token, error, failing: false, isNews: false };
      }
      const outcome = error.deferred ? 'deferred' : 'failed';
      // A broken host fails all its credentials; a run out of time fails none whose token is known.
      const lasting = error.code !== 'ERR_NO_TIME_LEFT';
      const isUnread = observation?.token === 'unread';
      const failing =
        lasting || isUnread || failure !== undefined || decision?.needsAction === true;
      const isNews = lasting && (reason !== 'token-secret-missing' || isHourly(observation));
      return { credential, reason, outcome, token, error, failing, isNews };
    }
    case 'kept':
    case 'due': {
      const waits = reason === 'backing-off' || reason === 'over-budget';
      const standingCode = waits ? failure?.code : undefined;
      const lasting =
        acted.kind === 'kept' && acted.isUnsure === true ? failure?.code : standingCode;
      return {
        credential,
        reason,
        outcome: acted.kind,
        token,
        failing: isLasting(lasting, observation),
        isNews: false,
        standingCode,
        spent: decision?.spent,
      };
    }
  }
}

const hour = 3_600;

/** There is no secret to remember this failure in, so the clock says when it is news again. */
function isHourly(observation: Observation | undefined): boolean {
  return observation !== undefined && observation.now % hour < observation.tick;
}

/** A stored token that outlives every new one needs no attention while it is good. */
function isLasting(code: string | undefined, observation: Observation | undefined): boolean {
  if (code === undefined || observation === undefined) return false;
  const { token, now } = observation;
  const isGood = typeof token === 'object' && token.expiresAt > now;
  return !(code === 'ERR_TOKEN_NOT_LATER' && isGood);
}

function hasExpired({ token, now }: Observation): boolean {
  return typeof token === 'object' && token.expiresAt <= now;
}

function lifeOf(token: Observation['token'] | undefined): TokenLife | undefined {
  if (typeof token !== 'object') return undefined;
  const { expiresAt, lifetime } = token;
  return { expiresAt, lifetime };
}
