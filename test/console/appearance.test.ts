import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../support/document.ts';
import { openPage, violations } from './browser.ts';
import { pages, serveEverything } from './whole-page.ts';

const widths = [360, 768, 1440];

describe('every page', () => {
  it.for(widths)('fits into %i px', async (width, context) => {
    const { address } = await serveEverything();
    const page = await openPage(context, address, { viewport: { width, height: 800 } });
    for (const name of pages) {
      await page.goto(`${address}#/${name}`);
      await page.locator('main .card, main .rows').first().waitFor();
      const excess = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(excess, name).toBeLessThanOrEqual(0);
    }
  });

  it.for(['light', 'dark'] as const)('satisfies axe, in %s', async (colorScheme, context) => {
    const { address } = await serveEverything();
    const page = await openPage(context, address, { colorScheme, reducedMotion: 'reduce' });
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      for (const name of pages) {
        await page.goto(`${address}#/${name}`);
        await page.locator('main .card, main .rows').first().waitFor();
        expect(await violations(page), name).toEqual([]);
      }
    }
    await page.goto(`${address}#/fleet`);
    await page.getByRole('button', { name: 'Act on fusion-eu' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await violations(page), 'dialog').toEqual([]);
  });

  it('moves nothing for people who want less motion', async (context) => {
    const { address } = await serveEverything();
    const page = await openPage(context, address, { reducedMotion: 'reduce' });
    await page.locator('.life-left').first().waitFor();
    const moving = `[...document.querySelectorAll('*')].filter((element) => {
      const { transitionDuration, animationName } = getComputedStyle(element);
      return transitionDuration !== '0s' || animationName !== 'none';
    }).length`;
    expect(await page.evaluate(moving)).toBe(0);
  });
});

describe('the whole page', () => {
  it('takes at most 150 KB on the wire', async () => {
    const folder = join(root, 'dist/console');
    const names = (await readdir(folder)).filter((name) => name.endsWith('.br'));
    const sizes = await Promise.all(
      names.map(async (name) => (await stat(join(folder, name))).size),
    );
    expect(names).toContain('index.html.br');
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150 * 1024);
  });

  it('asks for nothing elsewhere, and reports when it was first painted', async (context) => {
    const { address } = await serveEverything();
    const page = await openPage(context, 'about:blank');
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(address)) elsewhere.push(request.url());
    });
    await page.goto(address);
    await page.locator('.cell-name').first().waitFor();
    expect(elsewhere).toEqual([]);
    const paint = await page.evaluate(
      `performance.getEntriesByName('first-contentful-paint')[0]?.startTime`,
    );
    context.annotate(`first paint after ${Math.round(Number(paint))} ms`);
  });
});
