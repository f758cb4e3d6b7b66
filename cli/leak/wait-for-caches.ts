import type { EpochSeconds } from '../../core/instant.ts';
import { formatDuration } from '../view/durations.ts';

interface Waiting {
  readonly now: () => EpochSeconds;
  readonly sleep: (seconds: number) => Promise<void>;
  /** Shows the time left. */
  readonly say: (text: string) => void;
}

/** Waits, and counts down. */
export async function countDown(until: number, { now, sleep, say }: Waiting): Promise<void> {
  for (let left = until - now(); left > 0; left = until - now()) {
    say(`${formatDuration(left)} until no consumer uses an earlier token`);
    await sleep(Math.min(left, 1));
  }
}
