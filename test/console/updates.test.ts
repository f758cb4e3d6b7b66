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
    expect(verdict).toContain('What happened in the last 3 min: unknown.');
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
    await page.context().setOffline(false);
    await expect.poll(() => update.innerText(), { timeout: 30_000 }).toMatch(/^Updated \d+ s ago$/);
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
