import { Duration } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { IConstruct } from 'constructs';
import {
  credentialNamePattern,
  credentialNameRule,
  environmentVariables,
  mostShardStems,
  mostShards,
} from '../core/contract.ts';
import { refuse } from './refuse.ts';

export const shardLimits = { least: 1, most: mostShards };
export const shardStemRule = `the beginning of credential names: ${credentialNameRule}`;
export const shardStemsRule = `at most ${mostShardStems} stems`;

/** The construct id of what each shard has: that of the first is the same with and without shards. */
export function shardId(id: string, index: number): string {
  return index === 0 ? id : `${id}${index + 1}`;
}

/** The reason why the shards cannot take turns within a tick, if they cannot. */
export function turnsProblem(tick: Duration, shards: number): string | undefined {
  if (shards === 1) return undefined;
  const minutes = tick.toMinutes();
  const isRegular = minutes < 60 ? 60 % minutes === 0 : 1440 % minutes === 0 && minutes % 60 === 0;
  if (isRegular && minutes >= shards) return undefined;
  return (
    `must divide an hour or, in whole hours, a day, and be at least ${shards} minutes, so that ` +
    `${shards} shards can take turns; it is ${tick.toHumanString()}`
  );
}

/**
 * When a shard ticks. Shards take turns, because all of them share the account's quotas and the hosts
 * of IMS. A rate could not tell them apart: it counts from the deployment, which is the same for all.
 */
export function turnOf(tick: Duration, index: number, shards: number): ScheduleExpression {
  if (shards === 1) return ScheduleExpression.rate(tick);
  const minutes = tick.toMinutes();
  const offset = Duration.minutes(Math.floor((index * minutes) / shards));
  const minute = offset.toMinutes() % 60;
  const hour = Math.floor(offset.toMinutes() / 60);
  if (minutes < 60) return ScheduleExpression.cron({ minute: `${minute}/${minutes}` });
  if (minutes === 60) return ScheduleExpression.cron({ minute: `${minute}` });
  const hours = minutes === 1440 ? `${hour}` : `${hour}/${minutes / 60}`;
  return ScheduleExpression.cron({ minute: `${minute}`, hour: hours });
}

/** Refuses shards that would leave credentials without a tick. */
export function checkShards(
  scope: IConstruct,
  {
    shards,
    stems,
    tick,
  }: { readonly shards: number; readonly stems: string[]; readonly tick: Duration },
): void {
  const { least, most } = shardLimits;
  if (!Number.isInteger(shards) || shards < least || shards > most) {
    refuse(
      scope,
      'Shards',
      `shards must be a whole number from ${least} to ${most}; it is ${shards}`,
    );
  }
  const problem = turnsProblem(tick, shards);
  if (problem !== undefined) refuse(scope, 'ShardTurns', `tick ${problem}`);
  if (shards === 1 && stems.length > 0) {
    refuse(scope, 'ShardStems', 'shardStems divide the credentials among shards; give shards, too');
  }
  if (stems.length > mostShardStems) {
    refuse(scope, 'ShardStems', `shardStems must be ${shardStemsRule}; there are ${stems.length}`);
  }
  const unfit = stems.find((stem) => !credentialNamePattern.test(stem));
  if (unfit === undefined) return;
  refuse(scope, 'ShardStem', `the shard stem "${unfit}" is invalid: it must be ${shardStemRule}`);
}

export function shardEnvironment(shards: number, stems: string[]): Record<string, string> {
  if (shards === 1) return {};
  return {
    [environmentVariables.shards]: String(shards),
    ...(stems.length === 0 ? {} : { [environmentVariables.shardStems]: stems.join(',') }),
  };
}
