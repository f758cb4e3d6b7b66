import { type EpochSeconds, formatInstant } from '../../core/instant.ts';
import { CliError } from '../errors.ts';
import type { Reader } from '../rotator/readers.ts';
import { day, formatDuration } from './durations.ts';

const mostShown = 5;

/** The readers of a secret for people, or why they are unknown. */
export function readerLines(
  what: 'token' | 'client secret',
  readers: readonly Reader[] | CliError,
  now: EpochSeconds,
): readonly string[] {
  if (readers instanceof CliError) return [`Its readers are unknown: ${readers.message}.`];
  if (readers.length === 0) {
    return [`CloudTrail shows no read of this ${what} among the latest reads.`];
  }
  const shown = readers.slice(0, mostShown).map(({ principal, at, is }) => {
    const use = is === undefined && now - at < 2 * day ? ': IN USE' : '';
    return `${principal}${inWords(is)} read it ${formatDuration(now - at)} ago${use}.`;
  });
  const more = readers.length - mostShown;
  return more > 0 ? [...shown, `${more} more read it before; --json lists them.`] : shown;
}

/** Which part of the rotator a reader is, to stand behind its name. */
export function inWords(is: Reader['is']): string {
  if (is === undefined) return '';
  return is === 'function' ? ", the rotator's function," : ', who runs this command,';
}

export function readerJson({ principal, at, is }: Reader) {
  return { principal, at: formatInstant(at), is };
}
