import { shardsOf } from '../../core/contract.ts';
import { type EpochSeconds, formatInstant } from '../../core/instant.ts';
import { Account, type TickSchedule } from '../aws/account.ts';
import { deployedFunction, type Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { formatDuration } from '../view/durations.ts';
import { someOf } from '../view/some-of.ts';
import { deployAgain, type Finding, failed, ok } from './check.ts';

/** Each shard needs a schedule that is enabled, and that ticks as the stack wants it. */
export async function scheduleFinding(
  { signal, now }: Session,
  rotator: Rotator,
): Promise<Finding> {
  const { shards, tick } = rotator;
  const account = new Account(signal);
  const schedules = await account.schedulesOf(deployedFunction(rotator).arn);
  const enabled = schedules.filter(({ state }) => state === 'ENABLED');
  if (enabled.length < shards) {
    const disabled = schedules.find(({ state }) => state !== 'ENABLED');
    if (disabled !== undefined) {
      const what = shards === 1 ? 'no token' : 'no token of its shard';
      return failed(
        `${disabled.name} is ${disabled.state.toLowerCase()}: ${what} is renewed`,
        'enable it in the EventBridge Scheduler console, or deploy the stack again',
      );
    }
    if (enabled.length === 0) return failed('no schedule invokes the function', deployAgain);
    const found = `${enabled.length} of ${shards} schedules invoke the function`;
    return failed(`${found}: the tokens of the other shards are not renewed`, deployAgain);
  }
  const each = await Promise.all(enabled.map((one) => account.schedule(one)));
  const good = each.filter((one) => problemOf(one, tick, now()) === undefined);
  const ticking = new Set(good.map(({ input }) => shardIn(input)));
  const silent = shardsOf(shards).filter((shard) => !ticking.has(shard ?? ''));
  if (silent.length > 0) return silentFinding(each, silent, tick, now());
  return ok(shards === 1 ? `${good[0]?.name} is enabled` : `${shards} are enabled`);
}

function silentFinding(
  schedules: readonly TickSchedule[],
  silent: readonly (string | undefined)[],
  tick: number,
  now: EpochSeconds,
): Finding {
  const problems = schedules.flatMap((one) => problemOf(one, tick, now) ?? []);
  if (problems.length > 0) return failed(someOf(problems, 3, '; '), deployAgain);
  const whom = silent.map((shard) => (shard === undefined ? 'all credentials' : `shard ${shard}`));
  return failed(`no schedule ticks for ${someOf(whom, 3, ', ')}`, deployAgain);
}

/** The reason why a schedule does not do what the stack has it do. */
function problemOf(schedule: TickSchedule, tick: number, now: EpochSeconds): string | undefined {
  const { name, input, expression, beginsAt, endsAt } = schedule;
  if (shardIn(input) === undefined) return `${name} invokes the function, but not for a tick`;
  const seconds = intervalOf(expression);
  if (seconds === undefined || seconds > tick) {
    return `${name} runs at ${expression}, and not every ${formatDuration(tick)}`;
  }
  if (beginsAt !== undefined && beginsAt > now)
    return `${name} begins at ${formatInstant(beginsAt)}`;
  if (endsAt !== undefined) return `${name} ends at ${formatInstant(endsAt)}`;
  return undefined;
}

/** The shard of a tick, empty if there are none; undefined for any other event. */
function shardIn(input: string): string | undefined {
  try {
    const event: unknown = JSON.parse(input);
    if (typeof event !== 'object' || event === null) return undefined;
    const { action, shard = '', ...others } = event as Readonly<Record<string, unknown>>;
    const isTick = action === 'tick' && Object.keys(others).length === 0;
    return isTick && typeof shard === 'string' ? shard : undefined;
  } catch {
    return undefined;
  }
}

const units: Readonly<Record<string, number>> = { minute: 60, hour: 3_600, day: 86_400 };

/** Seconds between two runs; undefined for an expression that the stack never writes. */
export function intervalOf(expression: string): number | undefined {
  const [, count, unit = ''] = /^rate\((\d{1,6}) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count !== undefined) return Number(count) * (units[unit] ?? 0);
  const [, minute = '', hour = ''] = /^cron\((\S+) (\S+) \* \* \? \*\)$/.exec(expression) ?? [];
  const everyMinutes = /^\d+\/(\d+)$/.exec(minute)?.[1];
  if (everyMinutes !== undefined) return hour === '*' ? Number(everyMinutes) * 60 : undefined;
  if (!/^\d+$/.test(minute)) return undefined;
  if (hour === '*') return 3_600;
  const everyHours = /^\d+\/(\d+)$/.exec(hour)?.[1];
  if (everyHours !== undefined) return Number(everyHours) * 3_600;
  return /^\d+$/.test(hour) ? 86_400 : undefined;
}
