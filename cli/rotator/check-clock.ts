import { Account, type Caller } from '../aws/account.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { formatDuration } from '../view/durations.ts';
import { wrapLines } from '../view/table.ts';

/** IMS and AWS reject requests signed or dated by a clock that is further off, in seconds. */
export const clockTolerance = 300;

// Milliseconds.
const longestLook = 10_000;

export interface Skew {
  /** Seconds by which this machine is ahead of AWS. */
  readonly seconds: number;
  /** The problem in words; undefined within the tolerance. */
  readonly words: string | undefined;
}

/** Compares the clock of this machine with AWS's. @returns undefined if its response has no date */
export function skewOf({ at }: Caller, { now }: Pick<Session, 'now'>): Skew | undefined {
  if (at === undefined) return undefined;
  const seconds = now() - at;
  if (Math.abs(seconds) <= clockTolerance) return { seconds, words: undefined };
  const side = seconds > 0 ? 'ahead of' : 'behind';
  return { seconds, words: `this machine is ${formatDuration(seconds)} ${side} AWS` };
}

/**
 * For what would otherwise take a valid token for an expired one, or wait too short. A clock that AWS
 * tells nothing about must not keep anybody from answering a leak.
 *
 * @returns seconds by which this machine is ahead of AWS; 0 if that is unknown
 * @throws CliError ERR_CLOCK_WRONG
 */
export async function checkClock(session: Session): Promise<number> {
  const { signal, terminal } = session;
  const timeout = AbortSignal.timeout(longestLook);
  let unknown = 'the response of AWS has no date';
  try {
    const limited = AbortSignal.any([signal, timeout]);
    const skew = skewOf(await new Account(limited).caller(), session);
    if (skew?.words !== undefined) throw wrongClock(skew.words);
    if (skew !== undefined) return skew.seconds;
  } catch (error) {
    const isUnknown = error instanceof CliError && error.code !== 'ERR_CLOCK_WRONG';
    if (!isUnknown || signal.aborted) throw error;
    unknown = timeout.aborted ? 'AWS does not answer' : error.message;
  }
  const text = `warning: it is unknown whether the clock of this machine is right, by which it waits, and takes tokens for expired (${unknown})`;
  terminal.note(...wrapLines(text, 0, terminal.noteColumns));
  return 0;
}

function wrongClock(words: string): CliError {
  return new CliError(
    'ERR_CLOCK_WRONG',
    `${words}: by its clock, the wait for consumers and the expiry of tokens would be wrong (nothing was changed)`,
    'set the clock of this machine, for example by NTP, and run the command again; or run it where the clock is right',
  );
}
