import type { Counts } from './counts.ts';
import { type Plan, start } from './plan.ts';
import { withVirtualTimers } from './virtual-timers.ts';
import { type Violation, World } from './world.ts';

export interface Simulated {
  readonly plan: Plan;
  readonly counts: Counts;
  readonly violation: Violation | undefined;
  /** That were lived through: a violation ends them early. */
  readonly days: number;
  /** The end of what happened to the credential concerned. */
  readonly history: readonly string[];
}

/** Lives through a plan, until its end or the first violation. */
export async function simulate(plan: Plan): Promise<Simulated> {
  // Loaded now, so that no invocation waits for a file.
  await Promise.all([
    import('../../lambda/on-demand.ts'),
    import('../../lambda/client-secrets-on-demand.ts'),
    import('@aws-sdk/client-lambda'),
  ]);
  const world = new World(plan);
  // Nobody reads the stacks of thousands of errors that the model makes.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    await withVirtualTimers(world.clock, () => world.run());
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  const { counts, violation, history, clock } = world;
  const days = (clock.now - start) / 86_400;
  return { plan, counts, violation, days, history: history.about(violation?.credential) };
}
