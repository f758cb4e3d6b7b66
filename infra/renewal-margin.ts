/**
 * Seconds that an Adobe token lives today. Only texts and the check of the settings assume it:
 * the rotator renews each token by that token's own lifetime.
 */
export const usualLifetime = 86_400;

/**
 * Seconds that an alarm has to leave beside its ticks: the run that measures may take 15 minutes, and
 * CloudWatch some more. The rest is for somebody who mints by hand.
 */
export const leastNotice = 1800;

export interface RenewalMargin {
  /** Seconds before expiry. @default - half the lifetime */
  readonly renewBefore: number | undefined;
  /** Seconds between two ticks. */
  readonly tick: number;
  /** Percent of a token's lifetime below which the alarm pages; 0 without alarms. */
  readonly pagePercent: number;
}

/**
 * The reason why a renewal is so late that its first failure would page, or that a token could expire
 * before anybody hears that the ticks have ended, if it is.
 */
export function marginProblem({
  renewBefore,
  tick,
  pagePercent,
}: RenewalMargin): string | undefined {
  const actual = Math.min(renewBefore ?? usualLifetime / 2, usualLifetime / 2);
  const forRetry = (pagePercent / 100) * usualLifetime + 2 * tick;
  const forSilence = pagePercent === 0 ? 0 : 4 * tick + leastNotice;
  const needed = Math.max(forRetry, forSilence);
  if (actual >= needed) return undefined;
  const margin = renewBefore === undefined ? 'renewal at half a token’s lifetime' : 'renewBefore';
  const least = `${margin} leaves ${inHours(actual)}; it must leave at least ${inHours(needed, Math.ceil)}`;
  if (needed === forRetry) {
    return (
      `${least}: the page threshold (${pagePercent} % of ${inHours(usualLifetime)}) and two ticks, ` +
      'so that a failed renewal is retried before anyone is paged'
    );
  }
  return (
    `${least}: four ticks and half an hour, so that the alarm on silence is raised before a token ` +
    `expires; shorten the tick${actual < usualLifetime / 2 ? ', or raise renewBefore' : ''}`
  );
}

/** A time in hours and whole minutes. */
export function inHours(seconds: number, round = Math.floor): string {
  const all = round(seconds / 60);
  const hours = Math.floor(all / 60);
  const minutes = all % 60;
  const parts = [...(hours > 0 ? [`${hours} h`] : []), ...(minutes > 0 ? [`${minutes} min`] : [])];
  return parts.length === 0 ? '0 min' : parts.join(' ');
}
