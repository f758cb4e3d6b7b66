import { mkdirSync } from 'node:fs';
import { it } from 'vitest';
import { openPage, violations } from './browser.ts';
import { nowSeconds, servePage } from './page-fixture.ts';
import { detailOf, doctorEvents, everyState, healthAt, historyOf } from './sample-fleet.ts';

it('shots', { timeout: 300_000 }, async (context) => {
  const now = nowSeconds();
  const rows = everyState(now);
  const lanes = Object.fromEntries(
    rows.map(({ name, token }) => [
      name,
      token === undefined
        ? {
            unknown: {
              code: 'ERR_AWS_DENIED',
              message: 'not authorized',
              right: 'secretsmanager:ListSecretVersionIds',
            },
          }
        : { known: historyOf(name, (token.expiresAt - now) / 3600, now) },
    ]),
  );
  const { address } = await servePage({
    rows,
    fleet: { allowsActions: true },
    answers: {
      '/api/timeline': lanes,
      '/api/credentials/fusion-eu/readers': {
        known: [
          { principal: 'arn:aws:sts::111122223333:assumed-role/fusion/worker', at: now - 300 },
        ],
      },
      '/api/credentials/': detailOf('fusion-eu', now),
    },
    streams: { '/api/health/events': [healthAt(now)], '/api/doctor/events': doctorEvents },
  });
  mkdirSync('/tmp/shots', { recursive: true });
  const page = await openPage(context, address);
  const widths = (process.env['W'] ?? '1440,768,360').split(',').map(Number);
  const schemes = (process.env['S'] ?? 'light,dark').split(',') as ('light' | 'dark')[];
  const pages = (process.env['P'] ?? 'fleet,timeline,health,credential').split(',');
  for (const width of widths) {
    for (const colorScheme of schemes) {
      await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
      await page.emulateMedia({ colorScheme });
      for (const name of pages) {
        await page.goto(`${address}#/${name === 'credential' ? 'credential/fusion-eu' : name}`);
        await page.reload();
        await page.locator('.verdict').waitFor();
        if (name === 'health') await page.getByText('Run the checks').click();
        await page.waitForTimeout(700);
        if (process.env["N"]) { await page.screenshot({ path: `/tmp/shots/${name}-${width}-${colorScheme}.png`, fullPage: name === "credential" || name === "health" }); continue; }
        await page.screenshot({
          path: `/tmp/shots/${name}-${width}-${colorScheme}.png`,
          fullPage: name === 'credential' || name === 'health',
        });
        const found = await violations(page);
        if (found.length > 0)
          process.stderr.write(`${name} ${width} ${colorScheme}: ${found.join('\n')}\n`);
        const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        if (Number(wide) > 0) process.stderr.write(`${name} ${width}: too wide by ${wide}\n`);
      }
    }
  }
});
