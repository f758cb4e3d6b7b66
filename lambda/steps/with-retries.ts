import { Deferral, RotatorError, TokenRequestError } from '../../core/errors.ts';
import type { Deps } from '../../core/ports.ts';
import { retryDelay } from '../../core/retry-delay.ts';

export interface RetryLimits {
  readonly attempts: number;
  /** Seconds that one more attempt, and what has to follow it, may take. */
  readonly reserve: number;
}

const longestWait = 30;

/**
 * Repeats what failed for a reason that may pass, with full jitter and not before the server said,
 * as long as there is time left. The last error is the one that counts.
 */
export async function withRetries<Output>(
  deps: Deps,
  { attempts, reserve }: RetryLimits,
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
      const retryAfter = error instanceof TokenRequestError ? error.details.retryAfter : undefined;
      const delay = retryDelay(attempt, deps.random(), retryAfter);
      const hopeless = delay > longestWait || delay + reserve > deps.remaining();
      if (attempt >= attempts || hopeless) throw error;
      last = error;
      await deps.sleep(delay, deps.signal).catch((aborted: unknown) => {
        throw noTimeLeft(aborted);
      });
    }
  }
}

/** What a run says of work that its deadline ended, or that it did not begin for it. */
export function noTimeLeft(cause?: unknown): Deferral {
  return new Deferral('ERR_NO_TIME_LEFT', 'no time is left in this run', { cause });
}
