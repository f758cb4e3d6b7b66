import { tagKeys } from './contract.ts';
import { decide, isSettled } from './decision.ts';
import { type RotatorError, TokenNotLaterError, TokenRequestError } from './errors.ts';
import type { Observation } from './observation.ts';
import type { CredentialOutcome } from './outcome.ts';
import {
  type FailureCode,
  formatStatus,
  isNews,
  lastTries,
  noFingerprint,
  okStatus,
  rememberFailure,
} from './status.ts';
import type { Tags } from './token-tags.ts';

/** The status tag after a run, and whether the run's failure is news. */
export interface NextStatus {
  /** The value to write; undefined when the tag already says it, or there is nothing to write. */
  readonly status: string | undefined;
  readonly isNews: boolean;
  /** The failure stands in no tag, so that a later run cannot tell that it is no news. */
  readonly isForgotten?: boolean | undefined;
}

/**
 * The status that follows from an outcome.
 *
 * @param tags of the token secret, seen together with the observation
 * @param observation undefined when too little could be seen to decide
 */
export function nextStatus(
  tags: Tags,
  observation: Observation | undefined,
  { outcome, reason, error, isNews: news }: CredentialOutcome,
): NextStatus {
  const current = tags[tagKeys.status];
  if (error === undefined) {
    const isWell = outcome === 'renewed' || isSettled(reason);
    const status = isWell ? okStatus : standingStatus(observation);
    return { status: unless(current ?? okStatus, status), isNews: news };
  }
  const unchanged = { status: undefined, isNews: news };
  if (observation === undefined || error.code === 'ERR_NO_TIME_LEFT') return unchanged;
  const unforced = decide(observation);
  // A forced renewal that fails says nothing about a token that was not due.
  if (isSettled(unforced.reason) && !observation.isCredentialUnseen) {
    return { ...unchanged, isForgotten: true };
  }
  const { failure, now, tick, token, fingerprint = noFingerprint } = observation;
  // A kept failure is not retried but looked at on every tick, so it has nothing to wait for.
  const transient = error.transient || unforced.needsAction;
  if (unforced.reason === 'backing-off' && failure !== undefined) {
    // Another failure does not put off the next try.
    const other = { ...failure, ...failureCode(error) };
    return { status: unless(current, formatStatus(other)), isNews: isNews(other, failure) };
  }
  const retryAt = error instanceof TokenNotLaterError ? error.retryAt : undefined;
  const next = rememberFailure(
    { ...failureCode(error), transient, fingerprint, retryAt },
    failure,
    now,
    typeof token === 'object' ? lastTries(token.expiresAt, now, tick) : undefined,
  );
  const isNew = news && isNews(next, failure);
  return { status: unless(current, formatStatus(next)), isNews: isNew };
}

/** A failure that outlived the credential's version that it was about is now about the next one. */
function standingStatus(observation: Observation | undefined): string | undefined {
  return observation?.failure && formatStatus(observation.failure);
}

function unless(current: string | undefined, next: string | undefined): string | undefined {
  return next === current ? undefined : next;
}

/**
 * IMS's own error code is restricted to a safe alphabet; nothing else that IMS says gets into a tag.
 * Transient failures leave it out, so that an outage with varying errors is one failure.
 */
function failureCode(error: RotatorError): FailureCode {
  const imsError = error instanceof TokenRequestError ? error.details.imsError : undefined;
  return { code: error.code, imsError: error.transient ? undefined : imsError };
}
