import { it } from 'vitest';
import { openPage } from './browser.ts';
import { nowSeconds, servePage } from './page-fixture.ts';
import { everyState } from './sample-fleet.ts';
import { serveEverything } from './whole-page.ts';

it('picture', { timeout: 300_000 }, async (context) => {
  const now = nowSeconds();
  const rows = everyState(now).filter(({ name }) => !['legacy-import', 'campaign-standard', 'asset-sync'].includes(name));
  const { address } = await servePage({ rows });
  const page = await openPage(context, address, { viewport: { width: 1200, height: 620 } });
  await page.locator('.cell-name').first().waitFor();
  await page.waitForTimeout(500);
  process.stderr.write(`paint ${await page.evaluate(`performance.getEntriesByName('first-contentful-paint')[0]?.startTime`)}\n`);
  await page.screenshot({ path: '/tmp/shots/readme.png' });
  const all = await serveEverything();
  for (const [name, width, colorScheme] of [['fleet', 768, 'light'], ['fleet', 360, 'dark'], ['credential/fusion-eu', 360, 'light'], ['health', 1440, 'dark'], ['timeline', 1440, 'dark']] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.goto(`${all.address}#/${name}`);
    await page.reload();
    await page.locator('.verdict').waitFor();
    if (name === 'health') await page.getByText('Run the checks').click();
    if (name === 'timeline') await page.locator('[data-name=fusion-eu]').hover();
    if (name === 'fleet' && width === 768) { await page.getByRole('button', { name: 'Act on fusion-eu' }).click(); }
    await page.waitForTimeout(700);
    await page.screenshot({ path: `/tmp/shots/last-${name.slice(0, 6)}-${width}.png`, fullPage: name !== 'timeline' && width !== 768 });
  }
});
