import { Duration } from 'aws-cdk-lib';
import { defaultTick } from '../core/contract.ts';

/** How often the rotator runs, and how long a run may take. */
export interface Timing {
  readonly tick: Duration;
  readonly timeout: Duration;
}

export const timingDefaults: Timing = {
  tick: Duration.minutes(defaultTick / 60),
  timeout: Duration.minutes(10),
};

/** Minutes between two ticks: more than the shortest time-out, and at least one tick a day. */
export const tickLimits = { least: 3, most: 1440 };

/**
 * Minutes that a run may take: at least enough for a list and one renewal, which a run does not begin
 * if it might not finish it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const timeoutLimits = { least: 2, most: 15 };

/** The reason why a tick is too short for the time-out, if it is. */
export function tickProblem({ tick, timeout }: Timing): string | undefined {
  if (tick.toSeconds() > timeout.toSeconds()) return undefined;
  return (
    `must be longer than the time-out (${timeout.toHumanString()}), or runs would overlap; ` +
    `it is ${tick.toHumanString()}`
  );
}
