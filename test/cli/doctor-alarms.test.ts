import { describe, expect, it } from 'vitest';
import type { DoctorEvent, Health } from '../../console/messages.ts';
import type { Alarm } from '../../emulators/account/account.ts';
import type { World } from '../../local/world.ts';
import { openConsole } from './console/looker.ts';
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

describe('the URL of a pager, which is its key, is not shown', () => {
  const urls = [
    'https://events.pagerduty.com/integration/0123456789abcdef/enqueue',
    'https://api.opsgenie.com/v1/json/amazonsns?apiKey=0123456789abcdef',
    'https://user:0123456789abcdef@pager.example:8443#0123456789abcdef',
    'http://[0123456789abcdef',
  ];
  const shown =
    'https://events.pagerduty.com/…, https://api.opsgenie.com/…, https://pager.example:8443/…, https:///…';

  function subscribe({ aws: { account } }: World, confirmed: boolean): void {
    const [first] = account.subscriptions.splice(0);
    if (first === undefined) throw new Error('nobody is subscribed');
    for (const endpoint of urls) {
      account.subscriptions.push({ ...first, protocol: 'https', endpoint, confirmed });
    }
  }

  it.each([
    [true, 'ok', `confirmed: ${shown}`],
    [false, 'failed', `not confirmed: ${shown}`],
  ] as const)('by doctor, confirmed: %s', async (confirmed, verdict, detail) => {
    const operator = await startHealthy();
    subscribe(operator.world, confirmed);
    const { find } = await checksOf(operator);
    expect(find('alarm recipients')).toMatchObject({ verdict, detail });
    expect((await operator.cli('doctor')).stdout).not.toContain('0123456789abcdef');
  });

  it.each(['/api/doctor/events', '/api/health/events'])('by the console: %s', async (path) => {
    const { world, events } = await openConsole();
    subscribe(world, true);
    let seen = '';
    for await (const event of events<DoctorEvent | Health>(path)) {
      seen += JSON.stringify(event);
      if (seen.includes('confirmed: ')) break;
    }
    expect(seen).toContain(`confirmed: ${shown}`);
    expect(seen).not.toContain('0123456789abcdef');
  });
});
