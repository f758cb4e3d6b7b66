import { tagKeys } from './contract.ts';
import { type EpochSeconds, epochSeconds, formatInstant, parseInstant } from './instant.ts';
import type { Tags } from './token-tags.ts';

/** What is known of the tokens that IMS was asked for, each list newest first. */
export interface MintHistory {
  readonly now: EpochSeconds;
  /** The latest requests to IMS, whether or not they succeeded. */
  readonly requested: readonly EpochSeconds[];
  /** When the tokens in AWSCURRENT and AWSPREVIOUS were issued, where their ids say so. */
  readonly issued: readonly EpochSeconds[];
}

/** A budget that allows no request now. */
export interface SpentBudget {
  /** The requests that used it up, newest first. */
  readonly requests: readonly EpochSeconds[];
  /** When it allows the next one. */
  readonly nextAt: EpochSeconds;
}

const minute = 60;
const interval = 10 * minute;
const burst = 3;
// Seconds between the clocks of two runs, and between a request and the token that it got.
const tolerance = 5 * minute;

/** Seconds after which a request no longer counts. */
export const requestMemory = burst * interval;

/**
 * A credential may ask IMS three times in quick succession, then once in ten minutes, whatever the
 * reason; undefined while it may.
 *
 * The requests are in a tag. Where the tag lacks the newest token, because it could not be written or
 * was removed, the version ids count as well: they show two tokens, so that the burst is two.
 */
export function spentBudget({ now, requested, issued }: MintHistory): SpentBudget | undefined {
  const byTag = limit(requested, burst);
  const byIds = knowsNewest(requested, issued) ? undefined : limit(issued, 2);
  const spent = [byTag, byIds].flatMap((each) => (each && each.nextAt > now ? [each] : []));
  return spent.toSorted((one, other) => other.nextAt - one.nextAt)[0];
}

/**
 * Each request comes ten minutes after the one before it, or after ten minutes for each of the whole
 * burst before it. By induction, a window of any length then holds no more than the burst and one
 * request for each ten minutes.
 */
function limit(requests: readonly EpochSeconds[], size: number): SpentBudget | undefined {
  const [newest, oldest] = [requests[0], requests[size - 1]];
  if (newest === undefined || oldest === undefined) return undefined;
  return {
    requests: requests.slice(0, size),
    nextAt: epochSeconds(Math.min(newest + interval, oldest + size * interval)),
  };
}

function knowsNewest(
  [request]: readonly EpochSeconds[],
  [token]: readonly EpochSeconds[],
): boolean {
  return token === undefined || (request !== undefined && request >= token - tolerance);
}

/** True if it was noted by a clock that is wrong, or forged. */
export function isAhead(at: EpochSeconds, now: EpochSeconds): boolean {
  return at > now + tolerance;
}

/** The requests that the tag tells of. It ignores what is no instant, or is in the future. */
export function readRequests(tags: Tags, now: EpochSeconds): readonly EpochSeconds[] {
  const instants = (tags[tagKeys.requested] ?? '').split(' ').flatMap((text) => {
    const instant = parseInstant(text);
    return instant === undefined || isAhead(instant, now) ? [] : [instant];
  });
  return latest(instants);
}

/** The tag's value. */
export function formatRequests(requests: readonly EpochSeconds[]): string {
  return requests.map(formatInstant).join(' ');
}

export function addRequest(
  requested: readonly EpochSeconds[],
  at: EpochSeconds,
): readonly EpochSeconds[] {
  return latest([at, ...requested]);
}

/** The requests of two lists that may tell of the same ones. */
export function mergeRequests(
  one: readonly EpochSeconds[],
  other: readonly EpochSeconds[],
): readonly EpochSeconds[] {
  const more = [...other];
  for (const at of one) {
    const index = more.indexOf(at);
    if (index >= 0) more.splice(index, 1);
  }
  return latest([...one, ...more]);
}

function latest(requests: readonly EpochSeconds[]): readonly EpochSeconds[] {
  return requests.toSorted((one, other) => other - one).slice(0, burst);
}
