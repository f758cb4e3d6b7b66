import { Duration } from 'aws-cdk-lib';
import { defaultTick } from '../core/contract.ts';

/** How often the rotator runs, and how long a run may take. */
export interface Timing {
  readonly tick: Duration;
  readonly timeout: Duration;
  readonly validate: boolean;
}

export const timingDefaults: Timing = {
  tick: Duration.minutes(defaultTick / 60),
  timeout: Duration.minutes(10),
  validate: false,
};

/** Minutes between two ticks: more than the shortest time-out, and at least one tick a day. */
export const tickLimits = { least: 2, most: 1440 };

/**
 * Minutes that a run may take.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const timeoutLimits = { least: 1, most: 15 };

// A run begins no renewal that it might not finish: it leaves that to the next run.
const leastTimeoutToValidate = 2;

/** The reason why a tick is too short for the time-out, if it is. */
export function tickProblem({ tick, timeout }: Omit<Timing, 'validate'>): string | undefined {
  if (tick.toSeconds() > timeout.toSeconds()) return undefined;
  return (
    `must be longer than the time-out (${timeout.toHumanString()}), or runs would overlap; ` +
    `it is ${tick.toHumanString()}`
  );
}

/** The reason why a time-out is too short for a renewal, if it is. */
export function timeoutProblem({ timeout, validate }: Omit<Timing, 'tick'>): string | undefined {
  const least = Duration.minutes(validate ? leastTimeoutToValidate : timeoutLimits.least);
  if (timeout.toSeconds() >= least.toSeconds()) return undefined;
  return (
    `must be at least ${least.toHumanString()}${validate ? ' with validate' : ''}, or no renewal ` +
    `would begin; it is ${timeout.toHumanString()}`
  );
}
