import { setTimeout as delay } from 'node:timers/promises';
import { nextSchedules } from '../emulators/account/due-schedules.ts';
import type { World } from './world.ts';

/** The time, in milliseconds, and a way to wait for it. */
export interface Clock {
  readonly now: () => number;
  /** Settles at a time, or when the signal aborts. */
  readonly until: (time: number, signal: AbortSignal) => Promise<void>;
}

const minuteMs = 60_000;

const systemClock: Clock = {
  now: Date.now,
  async until(time, signal) {
    // A timer stands still while the machine sleeps, and cannot wait for longer than 24 days.
    for (let left = time - Date.now(); left > 0 && !signal.aborted; left = time - Date.now()) {
      await delay(Math.min(left, minuteMs), undefined, { signal }).catch(() => undefined);
    }
  },
};

/**
 * Runs each schedule when its own expression says so, and begins each rotation of a secret when it is
 * due, until the signal aborts. What was due while the
 * machine slept is run once, not as often as it was due.
 */
export async function followSchedules(
  world: Pick<World, 'aws' | 'runSchedules' | 'secretsManager'>,
  stopped: AbortSignal,
  clock: Clock = systemClock,
): Promise<void> {
  const { aws, secretsManager } = world;
  const { schedules } = aws.account;
  const since = clock.now();
  for (let last = since; ; ) {
    const due = nextSchedules(schedules.values(), last, since);
    const rotationAt = secretsManager.nextRotation ?? Number.POSITIVE_INFINITY;
    const at = Math.min(due?.at ?? Number.POSITIVE_INFINITY, rotationAt);
    if (at === Number.POSITIVE_INFINITY) return;
    await clock.until(at, stopped);
    if (stopped.aborted) return;
    secretsManager.rotateDue();
    if (due === undefined || due.at > at) continue;
    await world.runSchedules(due.names);
    last = Math.max(due.at, clock.now() - minuteMs);
  }
}
