// Many seeds, on one or more cores.
import { Worker } from 'node:worker_threads';
import { Counts } from './counts.ts';
import type { Violation } from './world.ts';

export interface Campaign {
  readonly seeds: readonly number[];
  readonly days: number;
  readonly credentials: number;
  /** Ends at the first violation. */
  readonly stops: boolean;
}

/** What is known of one seed. */
export interface SeedResult {
  readonly seed: number;
  readonly counts: Record<string, Record<string, number>>;
  readonly violation: Violation | undefined;
  /** A violation ends it early. */
  readonly days: number;
  /** Seconds of one core. */
  readonly seconds: number;
}

export interface CampaignResult {
  readonly counts: Counts;
  readonly failed: readonly SeedResult[];
  /** How many seeds were simulated, with or without a violation. */
  readonly finished: number;
  /** Of all these seeds. */
  readonly simulatedDays: number;
  readonly seconds: number;
}

/** @param jobs seeds that run at the same time */
export async function runCampaign(
  { seeds, days, credentials, stops }: Campaign,
  jobs: number,
  told: (result: SeedResult) => void,
): Promise<CampaignResult> {
  const left = [...seeds];
  const counts = new Counts();
  const failed: SeedResult[] = [];
  let [finished, simulatedDays, seconds] = [0, 0, 0];
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./campaign-worker.ts', import.meta.url));
    try {
      for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
        const result = await answerOf(worker, { seed, days, credentials });
        counts.merge(Counts.from(result.counts));
        seconds += result.seconds;
        finished += 1;
        simulatedDays += result.days;
        if (result.violation !== undefined) failed.push(result);
        told(result);
        if (stops && failed.length > 0) break;
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, seeds.length) }, work));
  return { counts, failed, finished, simulatedDays, seconds };
}

function answerOf(worker: Worker, asked: object): Promise<SeedResult> {
  const { promise, resolve, reject } = Promise.withResolvers<SeedResult>();
  worker.once('message', (result: SeedResult) => {
    worker.removeListener('error', reject);
    resolve(result);
  });
  worker.once('error', reject);
  worker.postMessage(asked);
  return promise;
}
