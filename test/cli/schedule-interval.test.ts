import { Duration } from 'aws-cdk-lib';
import { expect, it } from 'vitest';
import { intervalOf } from '../../cli/doctor/schedule-finding.ts';
import { turnOf, turnsProblem } from '../../infra/shards.ts';
import { tickLimits } from '../../infra/timing.ts';

const ticks = Array.from(
  { length: tickLimits.most - tickLimits.least + 1 },
  (_, index) => tickLimits.least + index,
);

it.each([1, 2, 3])(
  'doctor understands each schedule that the stack deploys, with %i shards',
  (shards) => {
    const turns = ticks
      .map((minutes) => Duration.minutes(minutes))
      .filter((tick) => turnsProblem(tick, shards) === undefined);
    expect(turns.length).toBeGreaterThan(10);
    for (const tick of turns) {
      for (let index = 0; index < shards; index += 1) {
        const { expressionString } = turnOf(tick, index, shards);
        expect(intervalOf(expressionString), expressionString).toBe(tick.toSeconds());
      }
    }
  },
);

it.each([
  '',
  'at(2030-01-01T00:00:00)',
  'rate(15 weeks)',
  'cron(0/15 8 * * ? *)',
  'cron(0/15 * ? * MON *)',
  'cron(0/15 * * * ? 2030)',
  'cron(* * * * ? *)',
  'cron(59/15 * * * ? *)',
  'cron(0/7 * * * ? *)',
  'cron(0/0 * * * ? *)',
  'cron(0 23/1 * * ? *)',
  'cron(0 8,9 * * ? *)',
  'cron(0 0/1 1 * ? *)',
])('doctor does not take %s for a tick', (expression) => {
  expect(intervalOf(expression)).toBeUndefined();
});
