import { formatDuration, formatMinute } from '../../cli/view/durations.ts';
import type { EpochSeconds } from '../../core/instant.ts';

/** For example `26 Nov 09:12`, in UTC. */
export function minuteText(at: number): string {
  return formatMinute(at as EpochSeconds);
}

/** For example `in 3 h 5 min` or `12 min ago`. */
export function relative(at: number, now: number): string {
  return at > now ? `in ${formatDuration(at - now)}` : `${formatDuration(now - at)} ago`;
}
