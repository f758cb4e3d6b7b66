import { type EpochSeconds, formatInstant } from '../../core/instant.ts';

const minute = 60;
export const hour = 60 * minute;
export const day = 24 * hour;

/** At most two units, for example `17 h 12 min`, `3 d 4 h` or `45 s`. */
export function formatDuration(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  if (whole < minute) return `${whole} s`;
  if (whole < hour) return `${Math.floor(whole / minute)} min`;
  if (whole < day) return twoUnits(whole, [hour, 'h'], [minute, 'min']);
  return twoUnits(whole, [day, 'd'], [hour, 'h']);
}

type Unit = readonly [seconds: number, name: string];

function twoUnits(seconds: number, [big, bigName]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((seconds % big) / small);
  return `${Math.floor(seconds / big)} ${bigName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

/** For example `26 Nov 09:12`, in UTC like everything that AWS shows. */
export function formatMinute(instant: EpochSeconds): string {
  const text = formatInstant(instant);
  const month = months.slice(3 * Number(text.slice(5, 7)) - 3, 3 * Number(text.slice(5, 7)));
  return `${text.slice(8, 10)} ${month} ${text.slice(11, 16)}`;
}

const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';
