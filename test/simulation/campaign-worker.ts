import { parentPort } from 'node:worker_threads';
import type { SeedResult } from './campaign.ts';
import { planOf } from './plan.ts';
import { simulate } from './simulate.ts';

interface Asked {
  readonly seed: number;
  readonly days: number;
  readonly credentials: number;
}

parentPort?.on('message', ({ seed, days, credentials }: Asked) => {
  const before = process.threadCpuUsage();
  simulate(planOf(seed, days, credentials)).then(
    ({ counts, violation, days: simulated }) => {
      const { user, system } = process.threadCpuUsage(before);
      const seconds = (user + system) / 1e6;
      const result: SeedResult = {
        seed,
        counts: counts.toJSON(),
        violation,
        days: simulated,
        seconds,
      };
      parentPort?.postMessage(result);
    },
    (error: unknown) => {
      throw error;
    },
  );
});
