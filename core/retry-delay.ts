import { type EpochSeconds, parseHttpDate } from './instant.ts';

/**
 * Seconds to wait before the next attempt: full jitter under an exponential bound, and no less than
 * the server asked for.
 *
 * @param attempt the number of attempts so far, from 1
 * @param random from 0 to 1
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelay(attempt: number, random: number, retryAfter = 0): number {
  const bound = Math.min(8, 0.5 * 2 ** (attempt - 1));
  return Math.max(random * bound, retryAfter);
}

/**
 * Seconds of a Retry-After header in either form; undefined when there is none, or none in the future.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
export function parseRetryAfter(header: string | undefined, now: EpochSeconds): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) : secondsUntil(header, now);
  return seconds !== undefined && seconds > 0 ? seconds : undefined;
}

function secondsUntil(header: string, now: EpochSeconds): number | undefined {
  const date = parseHttpDate(header);
  return date === undefined ? undefined : date - now;
}
