// What Adobe issues today. Tokens of another lifetime are renewed by their own; only this check of
// the settings has to take one.
const lifetime = 86_400;

export interface RenewalMargin {
  /** Seconds. @default - half the lifetime */
  readonly renewBefore: number | undefined;
  /** Seconds between two ticks. */
  readonly tick: number;
  /** Percent of a token's lifetime below which the alarm pages. */
  readonly pagePercent: number;
}

/** What is wrong with a renewal so late that the alarm would page before, or soon after one failed. */
export function marginProblem({
  renewBefore,
  tick,
  pagePercent,
}: RenewalMargin): string | undefined {
  const actual = Math.min(renewBefore ?? lifetime / 2, lifetime / 2);
  const needed = (pagePercent / 100) * lifetime + 2 * tick;
  if (actual >= needed) return undefined;
  const what =
    renewBefore === undefined ? 'half a token’s lifetime, when it is renewed,' : 'renewBefore';
  return (
    `${what} leaves ${inHours(actual)}; it must be at least ${inHours(needed)}: the page threshold ` +
    `(${pagePercent} % of 24 h) and two ticks, so that a failed renewal is tried again before anyone ` +
    'is paged'
  );
}

function inHours(seconds: number): string {
  return `${Number((seconds / 3600).toFixed(2))} h`;
}
