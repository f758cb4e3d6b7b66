import { type EpochSeconds, formatInstant } from '../../core/instant.ts';

/** Two units at most, such as `17 h 12 min`, `3 d 4 h`, `45 s`. */
export function formatDuration(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min`;
  if (whole < 86_400) return two(whole, 3_600, 'h', 60, 'min');
  return two(whole, 86_400, 'd', 3_600, 'h');
}

function two(seconds: number, big: number, bigUnit: string, small: number, smallUnit: string) {
  const rest = Math.floor((seconds % big) / small);
  return `${Math.floor(seconds / big)} ${bigUnit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`;
}

/** Such as `26 Nov 09:12`, in UTC as all that AWS shows. */
export function formatMinute(instant: EpochSeconds): string {
  const text = formatInstant(instant);
  const month = months.slice(3 * Number(text.slice(5, 7)) - 3, 3 * Number(text.slice(5, 7)));
  return `${text.slice(8, 10)} ${month} ${text.slice(11, 16)}`;
}

const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';
