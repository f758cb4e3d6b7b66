import { Duration } from 'aws-cdk-lib';
import { shardsOf } from '../../core/contract.ts';
import { parseShard } from '../../core/shard.ts';
import { turnOf } from '../../infra/shards.ts';
import { startRun } from '../../lambda/steps/run.ts';
import { now } from './builders.ts';
import type { MemoryFleet } from './memory-fleet.ts';
import { tick } from './outcomes.ts';

const minute = 60;
const tickMinutes = 15;

export interface Change {
  readonly from: number;
  readonly to: number;
  readonly stems: readonly string[];
  /** Minutes from the first tick, at which the schedules of one layout replace those of the other. */
  readonly at: number;
  readonly until: number;
}

interface Tick {
  readonly at: number;
  readonly shard: string | undefined;
}

/** The ticks that the stack's schedules send within these minutes. */
function ticksOf(shards: number, from: number, until: number): readonly Tick[] {
  return shardsOf(shards).flatMap((shard, index) => {
    const cron = turnOf(Duration.minutes(tickMinutes), index, shards).expressionString;
    const offset = Number(/^cron\((\d+)\//.exec(cron)?.[1] ?? 0);
    const ticks: Tick[] = [];
    for (let at = offset; at < until; at += tickMinutes) if (at >= from) ticks.push({ at, shard });
    return ticks;
  });
}

/**
 * Runs a fleet through a change of its number of shards. One tick of the old layout comes late, and
 * one of the new layout comes twice.
 *
 * @returns the number of credentials that each tick of the new layout managed, at most
 */
export async function changeShards(
  fleet: MemoryFleet,
  { from, to, stems, at, until }: Change,
): Promise<ReadonlyMap<string, number>> {
  const old = ticksOf(from, 0, at);
  const fresh = ticksOf(to, at, until);
  const late = { at: at + 2, shard: old.at(-1)?.shard };
  const twice = { at: at + 20, shard: fresh[0]?.shard };
  const all = [...old, ...fresh, late, twice].sort((one, other) => one.at - other.at);
  const managed = new Map<string, number>();
  const deps = fleet.deps({ shards: to, shardStems: new Set(stems) });
  for (const { at: minutes, shard } of all) {
    fleet.seconds = now + minutes * minute;
    const outcomes = await tick(startRun(deps), parseShard(shard ?? '1/1'));
    const failed = outcomes.find(({ error }) => error !== undefined);
    if (failed !== undefined) throw failed.error;
    const name = shard ?? '1/1';
    managed.set(name, Math.max(managed.get(name) ?? 0, outcomes.length));
  }
  fleet.seconds = now + until * minute;
  return managed;
}
