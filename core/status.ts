import { tagKeys } from './contract.ts';
import { type EpochSeconds, epochSeconds, formatInstant, parseInstant } from './instant.ts';
import type { Tags } from './token-tags.ts';

/** The status of a credential that is well. Tags are never removed, only set. */
export const okStatus = 'ok';

/** Stands for the fingerprint of a credential that does not exist. */
export const noFingerprint = '00000000';

/** Why a credential fails. */
export interface FailureCode {
  /** An error code; perhaps one that only another release of the function knows. */
  readonly code: string;
  /** The `error` that IMS gave, for example `invalid_client`. */
  readonly imsError?: string | undefined;
}

/** For example `ERR_TOKEN_REJECTED/invalid_client`. */
export function formatFailureCode({ code, imsError }: FailureCode): string {
  return imsError === undefined ? code : `${code}/${imsError}`;
}

/** A failure that lasts, as remembered from run to run. */
export interface StandingFailure extends FailureCode {
  readonly since: EpochSeconds;
  /** When to try again; undefined for a transient failure, which every tick tries again. */
  readonly retryAt?: EpochSeconds | undefined;
  /** The credential that fails. A change of it voids the memory. */
  readonly fingerprint: string;
}

const pattern =
  /^failing code=(ERR_[A-Z_]+)(?:\/([a-z_]+))? since=(\S+)(?: retry-at=(\S+))? credential=([0-9a-f]{8})$/;

const minutes = 60;
const shortestWait = 15 * minutes;
const longestWait = 60 * minutes;
// Seconds by which the clock of the run that wrote a status may be ahead.
const clockTolerance = 5 * minutes;

/** True if the status tag holds anything but `ok`. */
export function hasStatus(tags: Tags = {}): boolean {
  return (tags[tagKeys.status] ?? okStatus) !== okStatus;
}

/** The failure that the status tag holds, whether or not it still counts. */
export function parseStatus(tags: Tags): StandingFailure | undefined {
  const match = pattern.exec(tags[tagKeys.status] ?? '');
  if (match === null) return undefined;
  const [, code = '', imsError, sinceText = '', retryAtText, fingerprint = ''] = match;
  const since = parseInstant(sinceText);
  const retryAt = retryAtText === undefined ? undefined : parseInstant(retryAtText);
  if (since === undefined || (retryAtText !== undefined && retryAt === undefined)) return undefined;
  return { code, imsError, since, retryAt, fingerprint };
}

/**
 * The failure that still counts: the status tag is about this version of the credential, and its
 * retry-at is at most an hour ahead, give or take the difference of two clocks.
 */
export function readStatus(
  tags: Tags,
  fingerprint: string,
  now: EpochSeconds,
): StandingFailure | undefined {
  const failure = parseStatus(tags);
  if (failure?.fingerprint !== fingerprint) return undefined;
  const { retryAt } = failure;
  const isImplausible = retryAt !== undefined && retryAt > now + longestWait + clockTolerance;
  return isImplausible ? undefined : failure;
}

export function formatStatus(failure: StandingFailure): string {
  const { since, retryAt, fingerprint } = failure;
  const retry = retryAt === undefined ? '' : ` retry-at=${formatInstant(retryAt)}`;
  const code = formatFailureCode(failure);
  return `failing code=${code} since=${formatInstant(since)}${retry} credential=${fingerprint}`;
}

/** A failure that happened now. */
export interface NewFailure extends FailureCode {
  readonly transient: boolean;
  readonly fingerprint: string;
  /** When trying again makes sense, where that is known. */
  readonly retryAt?: EpochSeconds | undefined;
}

/**
 * The memory of a failure that happened now. A final failure waits as long again as it has lasted,
 * at least 15 minutes, at most an hour, and never later than the latest time.
 *
 * @param latest when the last tries before the stored token's expiry begin
 */
export function rememberFailure(
  failure: NewFailure,
  before: StandingFailure | undefined,
  now: EpochSeconds,
  latest: EpochSeconds | undefined,
): StandingFailure {
  const { code, imsError, fingerprint } = failure;
  const since = before?.since ?? now;
  if (failure.transient) {
    // A transient failure neither hides a final one nor is news under another code.
    return before ?? { code, imsError, since, fingerprint };
  }
  const asked = failure.retryAt === undefined ? now - since : failure.retryAt - now;
  const wait = Math.min(Math.max(asked, shortestWait), longestWait);
  const last = latest === undefined ? Number.POSITIVE_INFINITY : Math.max(latest, now);
  const retryAt = epochSeconds(Math.min(now + wait, last));
  return { code, imsError, since, retryAt, fingerprint };
}

/** Every wait ends two ticks before the stored token expires, if that is still ahead. */
export function lastTries(
  expiresAt: EpochSeconds,
  now: EpochSeconds,
  tick: number,
): EpochSeconds | undefined {
  return expiresAt > now ? epochSeconds(expiresAt - 2 * tick) : undefined;
}

/** The failure, with a wait that ends at the latest time. */
export function withEarlyRetry(
  failure: StandingFailure,
  latest: EpochSeconds | undefined,
): StandingFailure {
  const { retryAt } = failure;
  if (retryAt === undefined || latest === undefined || retryAt <= latest) return failure;
  return { ...failure, retryAt: latest };
}

/** A final failure still waits. A tick up to half an interval early counts as due. */
export function isBackingOff(
  failure: StandingFailure | undefined,
  now: EpochSeconds,
  tick: number,
): boolean {
  return failure?.retryAt !== undefined && failure.retryAt - now > tick / 2;
}

/** The first failure is news, and so is a final one that was not known to be final. */
export function isNews(next: StandingFailure, before: StandingFailure | undefined): boolean {
  if (before === undefined) return true;
  if (next.retryAt === undefined) return false;
  return before.retryAt === undefined || formatFailureCode(next) !== formatFailureCode(before);
}
