import {
  ConsoleRequestError,
  Deferral,
  RotatorError,
  TokenRequestError,
} from '../../core/errors.ts';
import type { Deps } from '../../core/ports.ts';
import { retryDelay } from '../../core/retry-delay.ts';
import { longestRetryWait, type RetryBudget } from './budget.ts';

/**
 * In: work, and how often it may be tried. Out: its result, or its last error.
 *
 * Work that failed transiently is repeated with full jitter, not before the server allows it, and
 * only while there is time.
 *
 * The SDK's retries know no deadline, sleep through an abort, and repeat LimitExceededException,
 * which is final here.
 */
export async function withRetries<Output>(
  deps: Deps,
  { attempts, reserve }: RetryBudget,
  work: () => Promise<Output>,
): Promise<Output> {
  let last: unknown;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (deps.signal.aborted) throw noTimeLeft(error);
      if (error instanceof Deferral && last !== undefined) throw last;
      if (!(error instanceof RotatorError && error.transient)) throw error;
      const delay = retryDelay(attempt, deps.random(), retryAfterOf(error));
      const hopeless = delay > longestRetryWait || delay + reserve > deps.remaining();
      if (attempt >= attempts || hopeless) throw error;
      last = error;
      await deps.sleep(delay, deps.signal).catch((aborted: unknown) => {
        throw noTimeLeft(aborted);
      });
    }
  }
}

function retryAfterOf(error: RotatorError): number | undefined {
  const isAdobes = error instanceof TokenRequestError || error instanceof ConsoleRequestError;
  return isAdobes ? error.details.retryAfter : undefined;
}

/** The error for work that the deadline cut short or prevented. */
export function noTimeLeft(cause?: unknown): Deferral {
  return new Deferral('ERR_NO_TIME_LEFT', 'no time is left in this run', { cause });
}
