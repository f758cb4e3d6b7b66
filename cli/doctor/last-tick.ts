import { shardsOf } from '../../core/contract.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import { type Metrics, rotatorMetric } from '../aws/metrics.ts';
import type { Rotator } from '../rotator/rotator.ts';

/** A tick, and in words which shard it was of, if there are several. */
export interface LastTick {
  readonly of: string;
  /** Undefined if none was counted. */
  readonly last: EpochSeconds | undefined;
}

/** The last tick; of several shards, that of the one which is silent for longest. */
export async function lastTickOf(
  metrics: Metrics,
  { name, shards }: Rotator,
  now: EpochSeconds,
  seconds: number,
): Promise<LastTick> {
  const lasts = await Promise.all(
    shardsOf(shards).map(async (shard) => {
      const last = await metrics.lastCounted(rotatorMetric(name, 'Ticks', shard), now, seconds);
      return { of: shard === undefined ? '' : ` of shard ${shard}`, last };
    }),
  );
  return lasts.reduce((one, other) => ((other.last ?? 0) < (one.last ?? 0) ? other : one));
}
