import { expect, it } from 'vitest';
import type { Schedule } from '../../emulators/account/account.ts';
import { checksOf, startHealthy } from './patient.ts';

const lateTick = /^rotator-local-tick runs at (.*), and not every 15 min$/;
const noTick = /^rotator-local-tick invokes the function, but not for a tick$/;

it.each<[change: Partial<Schedule>, detail: RegExp]>([
  [{ scheduleExpression: 'rate(16 minutes)' }, lateTick],
  [{ scheduleExpression: 'rate(1 day)' }, lateTick],
  [{ scheduleExpression: 'at(2030-01-01T00:00:00)' }, lateTick],
  [{ scheduleExpression: 'cron(0/5 * 1 * ? *)' }, lateTick],
  [{ input: '{"action":"status"}' }, noTick],
  [{ input: '{"action":"tick","shard":""}' }, noTick],
  [{ input: '{"action":"tick","shard":"01/2"}' }, noTick],
  [{ input: '{"action":"tick","shard":"1/2"}' }, /^no schedule ticks for all credentials$/],
  [{ input: '{"action":"tick","credentials":["x"]}' }, noTick],
  [{ input: '<aws.scheduler.execution-id>' }, noTick],
  [{ input: undefined }, noTick],
  [{ endDate: 4_000_000_000 }, /-tick ends at 2096-10-02T07:06:40Z$/],
  [{ startDate: 4_000_000_000 }, /-tick begins at 2096-10-02T07:06:40Z$/],
  [{ windowMinutes: 60 }, /^rotator-local-tick runs up to 1 h late$/],
])('doctor fails the check "schedule" with %j', async (change, detail) => {
  const operator = await startHealthy();
  const { schedules } = operator.world.aws.account;
  for (const [name, schedule] of schedules) schedules.set(name, { ...schedule, ...change });
  const found = (await checksOf(operator, 'fusion')).find('schedule');
  expect(found).toMatchObject({ verdict: 'failed', detail: expect.stringMatching(detail) });
  expect(found.fix).toContain('npx cdk deploy --revert-drift');
});
