import { closingSeconds, renewalSeconds } from '../../lambda/steps/budget.ts';
import type { Invocation } from './invocation.ts';
import type { World } from './world.ts';

/** What a run has left for want of time is not its fault, if there really was no time. */
export function ranOutOfTime(
  world: World,
  { deadline, hasBrokenHost, id, stored }: Invocation,
): void {
  const { clock, config, counts, credentials } = world;
  const left = deadline - closingSeconds - clock.now;
  if (left > renewalSeconds(config)) {
    // Work is also left when its host is broken.
    if (!hasBrokenHost) world.violate('P2', `#${id} defers work with ${Math.round(left)} s left`);
    return;
  }
  counts.add('totals', 'runs out of time');
  for (const credential of credentials.values()) {
    if (!stored.has(credential.plan.name)) credential.disturb(clock.now, clock.now);
  }
}
