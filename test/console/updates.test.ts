import { describe, expect, it } from 'vitest';
import { openPage } from './browser.ts';
import { nowSeconds, servePage } from './page-fixture.ts';
import { rowWith } from './sample-fleet.ts';

describe('the page', () => {
  it('says that the list could not be read, why, and which right is missing', async (context) => {
    const now = nowSeconds();
    const { address, tell } = await servePage({ rows: [rowWith('fusion', 20, now)] });
    const page = await openPage(context, address);
    const update = page.locator('.update');
    await expect.poll(() => update.innerText()).toMatch(/^Updated \d+ s ago$/);
    const why = {
      code: 'ERR_AWS_DENIED',
      message: 'not authorized to list secrets',
      right: 'secretsmanager:ListSecrets',
    };
    tell({ type: 'trouble', at: now, since: now - 200, why });
    await expect.poll(() => update.innerText()).toMatch(/^Not updated for \d+ s$/);
    const verdict = await page.locator('.verdict').innerText();
    expect(verdict).toContain('When last seen: Nothing fails');
    expect(verdict).toMatch(/What happened in the last [3-9] min: unknown\./);
    // It is said to a screen reader, too.
    const said = page.locator('.verdict [role=status]');
    expect(await said.textContent()).toBe('When last seen: Nothing fails.');
    expect(verdict).toContain('The right that is missing: secretsmanager:ListSecrets');
    tell({ type: 'change', at: nowSeconds(), rows: [], removed: [] });
    await expect.poll(() => update.innerText()).toMatch(/^Updated \d+ s ago$/);
    expect(await page.locator('.verdict').innerText()).toMatch(/^Nothing fails/);
  });

  it('says that the console does not answer, and catches up when it does', async (context) => {
    const now = nowSeconds();
    const { address, drop } = await servePage({ rows: [rowWith('fusion', 20, now)] });
    const page = await openPage(context, address);
    await page.locator('.cell-name').waitFor();
    await page.context().setOffline(true);
    drop();
    const update = page.locator('.update');
    await expect.poll(() => update.innerText()).toContain('the console does not answer');
    expect(await page.locator('.verdict').innerText()).toMatch(/^When last seen: /);
    expect(await page.locator('.verdict-good').count()).toBe(0);
    await page.context().setOffline(false);
    await expect.poll(() => update.innerText(), { timeout: 30_000 }).toMatch(/^Updated \d+ s ago$/);
  });

  it('shows a list that is old as old, and no life that is over by now', async (context) => {
    const now = nowSeconds();
    const rows = [rowWith('fusion', 0.5, now - 3600)];
    const { address, tell } = await servePage({ rows, listedAt: now - 3600, fleet: { now } });
    const page = await openPage(context, address);
    await expect
      .poll(() => page.locator('.update').innerText())
      .toMatch(/^Not updated for 1 h( \d min)?$/);
    expect(await page.locator('.verdict').innerText()).toMatch(
      /^When last seen: Nothing is known to fail: .*, 1 had one until it expired/,
    );
    expect(await page.locator('.verdict').getAttribute('class')).toContain('verdict-unknown');
    expect(await page.locator('.life-over').innerText()).toMatch(/^expired (29|3\d) min ago$/);
    tell({ type: 'change', at: now, rows: [rowWith('fusion', 20, now)], removed: [] });
    await expect.poll(() => page.locator('.verdict').getAttribute('class')).toContain('good');
  });

  it('goes by the clock of the server, whatever that of the browser is', async (context) => {
    const ahead = nowSeconds() + 5 * 3600;
    const rows = [rowWith('fusion', 7, ahead)];
    const { address, tell } = await servePage({ rows, listedAt: ahead, fleet: { now: ahead } });
    const page = await openPage(context, address);
    const left = page.locator('.life-text');
    await expect.poll(() => left.innerText()).toMatch(/^(7 h|6 h 5\d min)/);
    tell({ type: 'change', at: ahead + 3600, rows: [], removed: [] });
    await expect.poll(() => left.innerText()).toMatch(/^(6 h|5 h 5\d min)/);
  });

  it('does not take for late what the server lists less often by now', async (context) => {
    const now = nowSeconds();
    const { address, tell } = await servePage({ rows: [rowWith('fusion', 20, now)] });
    const page = await openPage(context, address);
    await page.clock.install();
    const rows = [rowWith('firefly', 20, now)];
    tell({ type: 'change', at: now, every: 90, rows, removed: [] });
    const update = page.locator('.update');
    await page.getByText('firefly').first().waitFor();
    await expect.poll(() => update.innerText()).toMatch(/^Updated/);
    await page.clock.fastForward(120_000);
    await expect.poll(() => update.innerText()).toBe('Updated 2 min ago');
    await page.clock.fastForward(240_000);
    await expect.poll(() => update.innerText()).toBe('Not updated for 6 min');
  });

  it('calls nothing fine once it is the page of a console that ended', async (context) => {
    const { address, restart } = await servePage({ rows: [rowWith('fusion', 20, nowSeconds())] });
    const page = await openPage(context, address);
    await page.locator('.verdict-good').waitFor();
    restart();
    await expect
      .poll(() => page.locator('.update').innerText())
      .toContain('the console was restarted');
    expect(await page.locator('.verdict').innerText()).toMatch(/^When last seen: /);
    expect(await page.locator('.verdict-good').count()).toBe(0);
  });

  it('asks again for what was unknown, for whole days', async (context) => {
    const now = nowSeconds();
    const version = { id: 'v-fusion', labels: ['AWSCURRENT'], createdAt: now };
    const why = { code: 'ERR_AWS_UNAVAILABLE', message: 'no answer' };
    const lanes: Record<string, unknown> = { fusion: { unknown: why } };
    const secret = { known: { name: 'x', arn: 'x', tags: {} } };
    const detail: Record<string, unknown> = {
      name: 'fusion',
      tokenSecret: secret,
      clientSecret: secret,
      history: { unknown: why },
      clientHistory: { known: [] },
    };
    const { address, requests } = await servePage({
      rows: [rowWith('fusion', 20, now)],
      answers: {
        '/api/timeline': lanes,
        '/api/credentials/fusion/readers': { known: [] },
        '/api/credentials/fusion': detail,
      },
    });
    const page = await openPage(context, 'about:blank');
    await page.clock.install();
    await page.goto(`${address}#/timeline`);
    await page.getByRole('link', { name: 'fusion' }).focus();
    const notes = () => page.locator('main .unknown').count();
    const tick = async (): Promise<number> => {
      await page.clock.fastForward(5_000);
      return await notes();
    };
    await expect.poll(tick).toBe(1);
    lanes['fusion'] = { known: [version] };
    await expect.poll(tick).toBe(0);
    const asked = requests.filter((request) => request.startsWith('GET /api/timeline'));
    expect(asked.length).toBeGreaterThan(1);
    for (const request of asked) {
      const [, from, to] = /from=(\d+)&to=(\d+)$/.exec(request) ?? [];
      expect([Number(from) % 86_400, Number(to) % 86_400]).toEqual([0, 0]);
    }
    await page.goto(`${address}#/credential/fusion`);
    await expect.poll(tick).toBe(1);
    detail['history'] = { known: [version] };
    await expect.poll(tick).toBe(0);
  });

  it('shows what is unknown as unknown, with the right that would tell', async (context) => {
    const now = nowSeconds();
    const unknown = (right: string) => ({
      unknown: { code: 'ERR_AWS_DENIED', message: `not authorized to call ${right}`, right },
    });
    const { address } = await servePage({
      rows: [rowWith('fusion', 20, now)],
      fleet: {
        functionUnknown: unknown('lambda:ListFunctions').unknown,
        abandoned: unknown('lambda:ListTags'),
      },
      answers: {
        '/api/timeline': { fusion: unknown('secretsmanager:ListSecretVersionIds') },
        '/api/credentials/fusion/readers': unknown('cloudtrail:LookupEvents'),
        '/api/credentials/fusion': {
          name: 'fusion',
          tokenSecret: unknown('secretsmanager:DescribeSecret'),
          clientSecret: unknown('secretsmanager:DescribeSecret'),
          history: unknown('secretsmanager:ListSecretVersionIds'),
          clientHistory: unknown('secretsmanager:ListSecretVersionIds'),
        },
      },
      streams: {
        '/api/health/events': [
          {
            type: 'health',
            at: now,
            lastTick: unknown('cloudwatch:GetMetricData'),
            alarms: unknown('cloudwatch:DescribeAlarms'),
            plots: {
              day: unknown('cloudwatch:GetMetricData'),
              week: unknown('cloudwatch:GetMetricData'),
            },
          } as { type: string },
        ],
      },
    });
    const page = await openPage(context, address);
    const notes = () => page.locator('.unknown code').allInnerTexts();
    await expect.poll(notes).toEqual(['lambda:ListFunctions', 'lambda:ListTags']);
    await page.goto(`${address}#/credential/fusion`);
    await expect
      .poll(notes)
      .toEqual([
        'secretsmanager:ListSecretVersionIds',
        'secretsmanager:ListSecretVersionIds',
        'cloudtrail:LookupEvents',
        'secretsmanager:DescribeSecret',
        'secretsmanager:DescribeSecret',
      ]);
    await page.goto(`${address}#/health`);
    await expect
      .poll(notes)
      .toEqual([
        'cloudwatch:GetMetricData',
        'cloudwatch:DescribeAlarms',
        'cloudwatch:GetMetricData',
      ]);
    expect(await page.locator('main').innerText()).not.toMatch(/\b0\b|Quiet|ago/);
    await page.goto(`${address}#/timeline`);
    await page.locator('.lane-name').focus();
    await expect
      .poll(() => page.locator('.lane-details').innerText())
      .toContain('The right that is missing: secretsmanager:ListSecretVersionIds');
  });
});
