import { type EpochSeconds, epochSeconds, formatInstant, parseInstant } from './instant.ts';
import type { Tags } from './token-tags.ts';

/** The tag of a token secret in which the rotator remembers how the credential is doing. */
export const statusTag = 'ims-token-rotator:status';

/** The status of a credential that nothing is the matter with. Tags are never removed, only set. */
export const okStatus = 'ok';

/** Stands for the fingerprint of a credential that is not there. */
export const noFingerprint = '00000000';

/** A failure that lasts, as it is remembered from run to run. */
export interface StandingFailure {
  /** An error code, with IMS's own after a slash: `ERR_TOKEN_REJECTED/invalid_client`. */
  readonly code: string;
  readonly since: EpochSeconds;
  /** When to try again; undefined for a transient failure, which every tick tries again. */
  readonly retryAt?: EpochSeconds;
  /** Of the credential that fails: a change of it voids the memory. */
  readonly fingerprint: string;
}

const pattern =
  /^failing code=(ERR_[A-Z_]+(?:\/[a-z_]+)?) since=(\S+)(?: retry-at=(\S+))? credential=([0-9a-f]{8})$/;

const minutes = 60;
const leastWait = 15 * minutes;
const mostWait = 60 * minutes;

/**
 * The failure that the tags remember. A status counts for nothing if it is of another credential
 * version, if its retry-at is more than an hour ahead, or if it does not parse.
 */
export function readStatus(
  tags: Tags,
  fingerprint: string,
  now: EpochSeconds,
): StandingFailure | undefined {
  const match = pattern.exec(tags[statusTag] ?? '');
  if (match === null || match[4] !== fingerprint) return undefined;
  const [, code = '', sinceText = '', retryAtText] = match;
  const since = parseInstant(sinceText);
  if (since === undefined) return undefined;
  if (retryAtText === undefined) return { code, since, fingerprint };
  const retryAt = parseInstant(retryAtText);
  if (retryAt === undefined || retryAt > now + mostWait) return undefined;
  return { code, since, retryAt, fingerprint };
}

export function formatStatus({ code, since, retryAt, fingerprint }: StandingFailure): string {
  const retry = retryAt === undefined ? '' : ` retry-at=${formatInstant(retryAt)}`;
  return `failing code=${code} since=${formatInstant(since)}${retry} credential=${fingerprint}`;
}

/**
 * The memory of a failure that happened now. A final one waits as long again as it has lasted, at
 * least 15 minutes, at most an hour, and never past the expiry of the stored token.
 */
export function rememberFailure(
  failure: { readonly code: string; readonly transient: boolean; readonly fingerprint: string },
  before: StandingFailure | undefined,
  now: EpochSeconds,
  expiresAt: EpochSeconds | undefined,
): StandingFailure {
  const { code, fingerprint } = failure;
  const since = before?.since ?? now;
  if (failure.transient) {
    // What may pass does not make one forget what does not, nor is it news under another code.
    return before ?? { code, since, fingerprint };
  }
  const wait = Math.min(Math.max(now - since, leastWait), mostWait);
  const retryAt = epochSeconds(now + wait);
  const capped = expiresAt !== undefined && expiresAt > now && expiresAt < retryAt;
  return { code, since, retryAt: capped ? expiresAt : retryAt, fingerprint };
}

/** Whether a final failure still waits. A tick up to half an interval early counts as due. */
export function isBackingOff(
  failure: StandingFailure | undefined,
  now: EpochSeconds,
  tick: number,
): boolean {
  return failure?.retryAt !== undefined && failure.retryAt - now > tick / 2;
}

/** Whether a failure is news: the first one, or one that does not pass where that was not known. */
export function isNews(next: StandingFailure, before: StandingFailure | undefined): boolean {
  if (before === undefined) return true;
  if (next.retryAt === undefined) return false;
  return before.retryAt === undefined || next.code !== before.code;
}
