/**
 * Seconds that an Adobe token lives today. Only texts and the check of the settings assume it:
 * the rotator renews each token by that token's own lifetime.
 */
export const usualLifetime = 86_400;

export interface RenewalMargin {
  /** Seconds before expiry. @default - half the lifetime */
  readonly renewBefore: number | undefined;
  /** Seconds between two ticks. */
  readonly tick: number;
  /** Percent of a token's lifetime below which the alarm pages. */
  readonly pagePercent: number;
}

/** The reason why a renewal is so late that its first failure would page, if it is. */
export function marginProblem({
  renewBefore,
  tick,
  pagePercent,
}: RenewalMargin): string | undefined {
  const actual = Math.min(renewBefore ?? usualLifetime / 2, usualLifetime / 2);
  const needed = (pagePercent / 100) * usualLifetime + 2 * tick;
  if (actual >= needed) return undefined;
  const margin = renewBefore === undefined ? 'renewal at half a token’s lifetime' : 'renewBefore';
  return (
    `${margin} leaves ${inHours(actual)}; it must leave at least ${inHours(needed)}: the page ` +
    `threshold (${pagePercent} % of ${inHours(usualLifetime)}) and two ticks, so that a failed ` +
    'renewal is retried before anyone is paged'
  );
}

function inHours(seconds: number): string {
  return `${Number((seconds / 3600).toFixed(2))} h`;
}
