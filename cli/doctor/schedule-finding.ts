import { shardsOf } from '../../core/contract.ts';
import { type EpochSeconds, formatInstant } from '../../core/instant.ts';
import { parseShard } from '../../core/shard.ts';
import { Account, type FoundSchedule, type TickSchedule } from '../aws/account.ts';
import { CliError } from '../errors.ts';
import { deployedFunction, type Rotator } from '../rotator/rotator.ts';
import type { Session } from '../session.ts';
import { formatDuration } from '../view/durations.ts';
import { someOf } from '../view/some-of.ts';
import { type Finding, failed, ok, unknown } from './check.ts';

// A deployment alone does not undo what somebody changed in AWS.
const revertDrift = 'deploy the stack again with npx cdk deploy --revert-drift';

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
        `enable it in the EventBridge Scheduler console, or ${revertDrift}`,
      );
    }
    if (enabled.length === 0) return failed('no schedule invokes the function', revertDrift);
    const found = `${enabled.length} of ${shards} schedules invoke the function`;
    return failed(`${found}: the tokens of the other shards are not renewed`, revertDrift);
  }
  const read = await Promise.all(enabled.map((one) => readSchedule(account, one)));
  const each = read.flatMap((one) => (one instanceof CliError ? [] : [one]));
  const denied = read.filter((one) => one instanceof CliError);
  const problems = each.flatMap((one) => problemOf(one, tick, now()) ?? []);
  const good = each.filter((one) => problemOf(one, tick, now()) === undefined);
  const ticking = new Set(good.map(({ input }) => shardIn(input)));
  const silent = shardsOf(shards).filter((shard) => !ticking.has(shard ?? ''));
  const [unread] = denied;
  if (silent.length === 0) {
    const said = shards === 1 ? `${good[0]?.name} is enabled` : `${shards} are enabled`;
    const others = [...problems, ...denied.map(({ message }) => message)];
    return ok(others.length === 0 ? said : `${said}; ${someOf(others, 3, '; ')}`);
  }
  if (problems.length > 0) return failed(someOf(problems, 3, '; '), revertDrift);
  if (unread !== undefined) return unknown(unread.message, unread.fix);
  const whom = silent.map((shard) => (shard === undefined ? 'all credentials' : `shard ${shard}`));
  return failed(`no schedule ticks for ${someOf(whom, 3, ', ')}`, revertDrift);
}

/** Somebody may let the function be invoked from a group that the caller may not read. */
async function readSchedule(
  account: Account,
  found: FoundSchedule,
): Promise<TickSchedule | CliError> {
  try {
    return await account.schedule(found);
  } catch (error) {
    if (error instanceof CliError && error.code !== 'ERR_INTERRUPTED') return error;
    throw error;
  }
}

/** The reason why a schedule does not do what the stack has it do. */
function problemOf(schedule: TickSchedule, tick: number, now: EpochSeconds): string | undefined {
  const { name, input, expression, beginsAt, endsAt, window } = schedule;
  if (shardIn(input) === undefined) return `${name} invokes the function, but not for a tick`;
  const seconds = intervalOf(expression);
  if (seconds === undefined || seconds > tick) {
    return `${name} runs at ${expression}, and not every ${formatDuration(tick)}`;
  }
  if (window > 0) return `${name} runs up to ${formatDuration(window)} late`;
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
    const { action, shard, ...others } = event as Readonly<Record<string, unknown>>;
    const isTick = action === 'tick' && Object.keys(others).length === 0;
    if (!isTick) return undefined;
    if (shard === undefined) return '';
    // The function rejects any other text, the empty one among them.
    return typeof shard === 'string' && parseShard(shard) !== undefined ? shard : undefined;
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
  const minutes = stepOf(minute, 60);
  if (minutes !== undefined) return hour === '*' ? minutes * 60 : undefined;
  if (!/^\d+$/.test(minute)) return undefined;
  if (hour === '*') return 3_600;
  const hours = stepOf(hour, 24);
  if (hours !== undefined) return hours * 3_600;
  return /^\d+$/.test(hour) ? 86_400 : undefined;
}

/** The step of `start/step`, if the field repeats at equal distances in every hour, or every day. */
function stepOf(field: string, whole: number): number | undefined {
  const [, start = '', text = ''] = /^(\d+)\/(\d+)$/.exec(field) ?? [];
  const step = Number(text);
  return step > 0 && whole % step === 0 && Number(start) < step ? step : undefined;
}
