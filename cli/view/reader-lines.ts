import { type EpochSeconds, formatInstant } from '../../core/instant.ts';
import type { SecretRead } from '../aws/secret-reads.ts';
import { CliError } from '../errors.ts';
import { day, formatDuration } from './durations.ts';

const mostShown = 5;

/** The readers of a token for people, or why they are unknown. */
export function readerLines(
  readers: readonly SecretRead[] | CliError,
  now: EpochSeconds,
): readonly string[] {
  if (readers instanceof CliError) return [`Its readers are unknown: ${readers.message}.`];
  if (readers.length === 0)
    return ['CloudTrail shows no read of this token among the latest reads.'];
  const shown = readers.slice(0, mostShown).map(({ principal, at }) => {
    const use = now - at < 2 * day ? ': IN USE' : '';
    return `${principal} read it ${formatDuration(now - at)} ago${use}.`;
  });
  const more = readers.length - mostShown;
  return more > 0 ? [...shown, `${more} more read it before; --json lists them.`] : shown;
}

export function readerJson({ principal, at }: SecretRead) {
  return { principal, at: formatInstant(at) };
}
