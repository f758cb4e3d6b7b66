import { setImmediate } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Deps } from '../../core/ports.ts';
import { startRun } from '../../lambda/steps/run.ts';
import { hour } from './builders.ts';
import { MemoryFleet } from './memory-fleet.ts';
import { tick } from './outcomes.ts';

/** A clock that moves on to the end of the next sleep whenever all else is done. */
class VirtualClock {
  /** Seconds. */
  at = 0;
  readonly #sleepers: { readonly until: number; readonly wake: () => void }[] = [];

  sleep(seconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#sleepers.push({ until: this.at + seconds, wake: resolve });
    return promise;
  }

  async runUntil(work: Promise<unknown>): Promise<void> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    while (!isDone) {
      this.#sleepers.sort((one, other) => one.until - other.until);
      const next = this.#sleepers.shift();
      if (next !== undefined) this.at = next.until;
      next?.wake();
      await setImmediate();
    }
    await done;
  }
}

/** Renews credentials that are all due in one run, on a virtual clock, and expects it to keep the pace. */
export async function expectPace(credentials: number, imsRequestsPerSecond: number): Promise<void> {
  const fleet = new MemoryFleet(Array.from({ length: credentials }, (_, index) => `c${index}`));
  fleet.seconds += 13 * hour;
  const clock = new VirtualClock();
  const deps = fleet.deps({ imsRequestsPerSecond, concurrency: 50 });
  const requests: number[] = [];
  const run: Deps = {
    ...deps,
    sleep: (seconds) => clock.sleep(seconds),
    remaining: () => 600 - clock.at,
    tokenEndpoint: {
      ...deps.tokenEndpoint,
      request: async (grant, signal) => {
        requests.push(clock.at);
        // The next turn must not wait for the answer of this one.
        await clock.sleep(0.8);
        return await deps.tokenEndpoint.request(grant, signal);
      },
    },
  };
  await clock.runUntil(tick(startRun(run)));
  expect(fleet.renewed).toBe(credentials);
  expect(requests).toHaveLength(credentials);
  // Any window of a second, with a tolerance for sums of fractions.
  const windows = requests
    .slice(imsRequestsPerSecond)
    .map((at, index) => at - (requests[index] ?? 0));
  expect(Math.min(...windows)).toBeGreaterThan(1 - 1e-6);
  // It is not slower than it may be.
  expect(clock.at).toBeLessThan(credentials / imsRequestsPerSecond + 2);
}
