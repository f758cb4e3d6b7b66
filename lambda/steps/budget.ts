import { RotatorError } from '../../core/errors.ts';
import type { Command } from '../../core/event.ts';
import type { Deps } from '../../core/ports.ts';

/**
 * Every attempt and every second that a run may spend, because they must add up: whatever is begun
 * has to be finished, stored and remembered before Lambda ends the invocation.
 */

/** Seconds before a call times out. */
export const timeouts = {
  secretsManager: { connect: 2, total: 5 },
  ims: { connect: 5, headers: 10, total: 20 },
  console: { connect: 5, headers: 15, total: 20 },
} as const;

const call = timeouts.secretsManager.total;
const request = timeouts.ims.total;

/**
 * A renewal without retries: the description and the client secret (together); the token secret's
 * value; the version that the token was minted from and the client secret's previous one
 * (together); the token, which is recorded meanwhile; the put; AWSCURRENT to move, AWSPENDING to
 * remove; and the status.
 *
 *     3 × 5 + 20 + 5 + 2 × 5 + 5 = 55 seconds; with `validate` 20 more
 */
export function renewalSeconds({ validate }: { readonly validate: boolean }): number {
  const reads = 3 * call;
  const [put, labels, status] = [call, 2 * call, call];
  return reads + request + (validate ? request : 0) + put + labels + status;
}

/** A list of one page, and a renewal. */
export function tickSeconds(config: { readonly validate: boolean }): number {
  return call + renewalSeconds(config);
}

export interface RetryBudget {
  readonly attempts: number;
  /** Seconds that must be left for one more attempt and everything that has to follow it. */
  readonly reserve: number;
}

// A second for everything except calls and waits.
const slack = 1;

/** How often each kind of call is tried, and the time it must leave. */
export const budget = {
  /** A list that is cut short decides nothing; after it there must be time to renew something. */
  list: { attempts: 5, reserve: call + renewalSeconds({ validate: true }) },
  read: { attempts: 4, reserve: 2 * call },
  /** A token that was issued has to be stored, and the status set. */
  mint: { attempts: 4, reserve: request + 2 * call },
  /** Beside the request to IMS, so that it must not outlast it. */
  record: { attempts: 3, reserve: 3 * call },
  validate: { attempts: 3, reserve: request + 2 * call },
  put: { attempts: 8, reserve: call + slack },
  label: { attempts: 8, reserve: call + slack },
  /** A secret that was listed is added or deleted next, and noted in a tag. */
  console: { attempts: 3, reserve: 2 * timeouts.console.total + 2 * call },
  tag: { attempts: 5, reserve: call + slack },
} as const satisfies Record<string, RetryBudget>;

/** Seconds that must be left before IMS is asked: for its response, and for the put. */
export const imsReserve = request + call + slack;

/** Seconds that must be left before a client secret is added: for its value, and for the put. */
export const addingReserve = timeouts.console.total + 2 * call + slack;

/**
 * Seconds that must be left after a renewal to delete a retired client secret: two requests to IMS, a
 * list and a deletion at Adobe, the last look before the second request and before the deletion, and the tag.
 */
export const retirementSeconds = 2 * request + 2 * timeouts.console.total + 5 * call;

/**
 * A step of a client secret's rotation without retries: the descriptions, the values and the previous
 * one, the last looks; two requests to IMS; a list, a deletion and an addition at Adobe; the tags, the
 * put and a label.
 */
export const rotationStepSeconds = 8 * call + 2 * request + 3 * timeouts.console.total + 4 * call;

/** Seconds after which waiting is pointless: the next tick does the work. */
export const longestRetryWait = 30;

/** Failures in a row after which an IMS host, or a client there, is not asked for again in a run. */
export const mostFailuresInARow = 5;

/** Seconds kept back at the end of an invocation for awaiting what was aborted, and the result. */
export const closingSeconds = 1.5;

/**
 * A tick lists first. Otherwise each one would leave all the work to the next.
 *
 * @throws RotatorError ERR_CONFIG_INVALID when the function's time-out is too short to renew a token
 */
export function assertRenewalFits(
  { remaining, config }: Pick<Deps, 'remaining' | 'config'>,
  { action }: Command,
): void {
  const needed = action === 'tick' ? tickSeconds(config) : renewalSeconds(config);
  const renews = action === 'tick' || action === 'renew' || action === 'rotate';
  if (!renews || remaining() >= needed) return;
  throw new RotatorError(
    'ERR_CONFIG_INVALID',
    `the function's time-out leaves no time for a renewal: it must be at least ${needed + closingSeconds} seconds`,
  );
}
