import { expect, it } from 'vitest';
import { nextSchedules } from '../../../emulators/account/due-schedules.ts';
import { nextTime } from '../../../emulators/wire/schedule-expression.ts';

const since = Date.UTC(2026, 10, 26, 15, 33);

// The expressions that the stack deploys, and those of AWS's own examples.
it.each([
  ['rate(15 minutes)', '2026-11-26T15:48:00.000Z'],
  ['rate(1 hour)', '2026-11-26T16:33:00.000Z'],
  ['cron(3/15 * * * ? *)', '2026-11-26T15:48:00.000Z'],
  ['cron(33 * * * ? *)', '2026-11-26T16:33:00.000Z'],
  ['cron(5 0/6 * * ? *)', '2026-11-26T18:05:00.000Z'],
  ['cron(0 8 1 * ? *)', '2026-12-01T08:00:00.000Z'],
  ['cron(15 10 ? * MON-FRI *)', '2026-11-27T10:15:00.000Z'],
  ['cron(0 0 29 2 ? *)', '2028-02-29T00:00:00.000Z'],
])('%s is due next at %s', (expression, expected) => {
  const next = nextTime(expression, since, since);
  expect(new Date(next ?? 0).toISOString()).toBe(expected);
});

it.each(['rate(0 minutes)', 'cron(0 0 L * ? *)', 'cron(0 0 1 1 ? 2020)', 'cron(* *)', 'at(x)'])(
  '%s is never due',
  (expression) => {
    expect(nextTime(expression, since, since)).toBeUndefined();
  },
);

it('a rate counts from the creation, however late the last run was', () => {
  expect(nextTime('rate(15 minutes)', since + 16 * 60_000, since)).toBe(since + 30 * 60_000);
});

it('the schedules that are due first are run together, and none that is disabled', () => {
  const schedule = { groupName: 'a', state: 'ENABLED', targetArn: 'x' } as const;
  const scheduleExpression = 'rate(5 minutes)';
  const schedules = [
    { ...schedule, name: 'slow', scheduleExpression: 'rate(1 day)' },
    { ...schedule, name: 'one', scheduleExpression },
    { ...schedule, name: 'two', scheduleExpression: 'cron(38 * * * ? *)' },
    { ...schedule, name: 'off', scheduleExpression, state: 'DISABLED' as const },
  ];
  const at = since + 5 * 60_000;
  expect(nextSchedules(schedules, since, since)).toEqual({ at, names: ['one', 'two'] });
  expect(nextSchedules([], since, since)).toBeUndefined();
});
