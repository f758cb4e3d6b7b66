import { expect, it } from 'vitest';
import type { Alarm } from '../../emulators/account/account.ts';
import { checksOf, startHealthy } from './patient.ts';

it.each<[harmed: string, change: Partial<Alarm>, detail: string]>([
  ['life-left', { actionsEnabled: false }, 'actions disabled: rotator-local-life-left'],
  ['failing', { actionsEnabled: false }, 'actions disabled: rotator-local-failing'],
  ['throttles', { actionsEnabled: false }, 'actions disabled: rotator-local-throttles'],
  ['life-left', { alarmActions: [] }, 'alarms notify nobody'],
  ['failing', { alarmActions: [] }, 'alarms notify nobody'],
  ['throttles', { alarmActions: [] }, 'alarms notify nobody'],
])('doctor fails the check "alarm recipients" for %s alone with %j', async (...row) => {
  const [harmed, change, detail] = row;
  const operator = await startHealthy();
  const { alarms } = operator.world.aws.account;
  const name = `rotator-local-${harmed}`;
  alarms.set(name, { ...(alarms.get(name) as Alarm), ...change });
  const found = (await checksOf(operator, 'fusion')).find('alarm recipients');
  expect(found).toMatchObject({ verdict: 'failed', detail });
  expect(found.fix).toMatch(/\S/);
});
