import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { FleetRow } from '../../console/messages.ts';
import { openPage } from './browser.ts';
import { nowSeconds, servePage } from './page-fixture.ts';
import { everyState, rowWith, unreachable } from './sample-fleet.ts';

const sentenceOf = (page: Page) => page.locator('.verdict-sentence');
const rowOf = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });

describe('the fleet', () => {
  it('says at its top what fails, since when, how long there is and what to do', async (context) => {
    const now = nowSeconds();
    const failure = { ...unreachable, since: now - 14 * 60 - 20 };
    const rows = [
      rowWith('fusion', 7.2, now, { state: 'failing', failure }),
      rowWith('firefly', 20, now),
    ];
    const { address } = await servePage({ rows });
    const page = await openPage(context, address);
    await expect
      .poll(() => sentenceOf(page).textContent())
      .toMatch(
        /^1 of 2 credentials fails: IMS is unreachable or overloaded, for 1[4-9] min; the token expires in 7 h 1\d min\.$/,
      );
    const cause = await page.locator('.cause').innerText();
    expect(cause).toMatch(/What fails\s+fusion\s+Since\s+\d+ \w+ \d\d:\d\d UTC \(1[4-9] min ago\)/);
    expect(cause).toMatch(/Time left\s+7 h 1\d min.*What to do\s+Nothing for now; if it lasts/s);
    const status = page.locator('.cause').getByRole('link', { name: 'https://status.adobe.com' });
    expect(await status.getAttribute('href')).toBe('https://status.adobe.com');
  });

  it('shows each state by an icon and a word, and what to do about a failure', async (context) => {
    const { address } = await servePage({ rows: everyState(nowSeconds()) });
    const page = await openPage(context, address, { viewport: { width: 1440, height: 1600 } });
    for (const { name, state, failure } of everyState(nowSeconds())) {
      const row = rowOf(page, name);
      expect(await row.locator('.state').innerText()).toBe(state);
      expect(await row.locator('.state svg').count()).toBe(1);
      if (failure !== undefined) expect(await row.innerText()).toContain(failure.code);
    }
    expect(await rowOf(page, 'legacy-import').locator('.fix code').innerText()).toBe(
      'ims-token-rotator put-credential legacy-import FILE',
    );
    expect(await rowOf(page, 'asset-sync').innerText()).toContain('only its value shows');
    expect(await rowOf(page, 'new-team').innerText()).toContain('no token');
    expect(await rowOf(page, 'campaign-standard').innerText()).toContain(
      'ims-token-rotator doctor',
    );
  });

  it('is searched, filtered and sorted', async (context) => {
    const { address } = await servePage({ rows: everyState(nowSeconds()) });
    const page = await openPage(context, address);
    const names = () => page.locator('.cell-name a').allInnerTexts();
    await rowOf(page, 'fusion-eu').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('aem');
    await expect.poll(names).toEqual(['aem-author', 'aem-publish']);
    expect(await page.locator('.shown').innerText()).toBe('2 of 20 shown');
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: /^failing/ }).click();
    await expect.poll(names).toEqual(['fusion-eu', 'workfront-prod']);
    await page.getByRole('button', { name: /^failing/ }).click();
    await page.getByRole('button', { name: 'Credential' }).click();
    await expect.poll(async () => (await names())[0]).toBe('aem-author');
    const header = page.getByRole('columnheader', { name: 'Credential' });
    expect(await header.getAttribute('aria-sort')).toBe('ascending');
  });
});

describe('3,000 credentials', () => {
  const now = nowSeconds();
  const rows: readonly FleetRow[] = Array.from({ length: 3000 }, (_, index) =>
    rowWith(`credential-${String(index).padStart(4, '0')}`, 12 + (index % 700) / 100, now),
  );

  it('scroll with few rows in the document, and tell a screen reader how many there are', async (context) => {
    const { address } = await servePage({ rows });
    const page = await openPage(context, address);
    await page.getByRole('button', { name: 'Credential' }).click();
    await rowOf(page, 'credential-0000').waitFor();
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('3001');
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await rowOf(page, 'credential-2999').waitFor();
    expect(await page.locator('.rows > .row').count()).toBeLessThan(60);
    expect(await rowOf(page, 'credential-2999').getAttribute('aria-rowindex')).toBe('3001');
  });

  it('keep focus, scroll and selection through updates, and lose none', async (context) => {
    const { address, tell } = await servePage({ rows });
    const page = await openPage(context, address);
    await page.getByRole('button', { name: 'Credential' }).click();
    const place = () => page.evaluate('[scrollY, document.activeElement.textContent]');
    await page.getByRole('link', { name: 'credential-0000' }).focus();
    for (let step = 0; step < 40; step += 1) await page.keyboard.press('ArrowDown');
    await expect.poll(place).toEqual([expect.any(Number), 'credential-0040']);
    await page.evaluate(`getSelection().selectAllChildren(document.activeElement)`);
    const before = await place();
    for (let update = 1; update <= 50; update += 1) {
      const failure = { ...unreachable, since: now - 60 };
      const changed = rows.slice(update * 50, update * 50 + 50);
      tell({
        type: 'change',
        at: nowSeconds(),
        rows: changed.map((row) => ({ ...row, state: 'failing', failure })),
        removed: [],
      });
    }
    await expect.poll(() => sentenceOf(page).textContent()).toContain('2500 of 3000');
    expect(await place()).toEqual(before);
    expect(await page.evaluate('getSelection().toString()')).toBe('credential-0040');
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await rowOf(page, 'credential-2999').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('credential-0040');
  });

  it('keep the focus on a row that moves to another place', async (context) => {
    const { address, tell } = await servePage({ rows: rows.slice(0, 200) });
    const page = await openPage(context, address);
    const first = await page.locator('.cell-name a').first().innerText();
    await page.getByRole('link', { name: first, exact: true }).focus();
    const row = rows.find(({ name }) => name === first);
    if (row === undefined) throw new Error('no such row');
    const renewed = { ...row, ...rowWith(first, 24, nowSeconds()) };
    tell({ type: 'change', at: nowSeconds(), rows: [renewed], removed: [] });
    await expect.poll(() => page.locator('.cell-name a').first().innerText()).not.toBe(first);
    expect(await page.evaluate('document.activeElement.textContent')).toBe(first);
  });
});

describe('hostile texts', () => {
  const bait = '<img src=x onerror="globalThis.harmed=1"><script>globalThis.harmed=1</script>';

  it('are shown as text, and run nothing', async (context) => {
    const now = nowSeconds();
    const failure = { code: bait, words: bait, fix: `ims-token-rotator renew ${bait}`, since: now };
    const hostile = rowWith(bait, 3, now, { state: 'failing', failure });
    const unknown = { code: bait, message: bait, fix: bait, right: bait };
    const version = { id: bait, labels: [bait], createdAt: now };
    const failures = [{ from: now - 9000, to: now - 60, code: bait, words: bait }];
    const past = { since: now - 9000, failures, pauses: [] };
    const secret = {
      name: bait,
      arn: bait,
      description: bait,
      tags: { [bait]: bait, __proto__: '' },
    };
    const { address } = await servePage({
      rows: [hostile],
      fleet: {
        rotator: bait,
        region: bait,
        functionUnknown: unknown,
        abandoned: { known: [{ words: bait, fix: bait }] },
      },
      answers: {
        '/api/timeline': { [bait]: { known: [version] } },
        '/api/past': { [bait]: { known: past } },
        [`/api/credentials/${encodeURIComponent(bait)}/readers`]: {
          known: [{ principal: bait, at: now }],
        },
        '/api/credentials/': {
          name: bait,
          tokenSecret: { known: secret },
          clientSecret: { unknown },
          history: { known: [version] },
          clientHistory: { known: [version] },
        },
      },
    });
    const page = await openPage(context, address);
    await expect.poll(() => page.locator('.cell-name a').innerText()).toBe(bait);
    expect(await page.title()).toBe(`Fleet · ${bait}`);
    await page.getByRole('link', { name: 'Timeline' }).click();
    await expect.poll(() => page.locator('.lane-name').innerText()).toBe(bait);
    await page.locator('.lane-name').click();
    await expect.poll(() => page.locator('h1').innerText()).toBe(bait);
    await expect.poll(() => page.locator('.readers').innerText()).toContain(bait);
    await page.getByText('1 tag').click();
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.evaluate('globalThis.harmed')).toBeUndefined();
  });

  it('have no link but one to a page of the console or by HTTPS', async (context) => {
    const to = [
      'javascript:globalThis.harmed=1',
      'data:text/html,x',
      'https://adobe.com/',
      '#other',
    ];
    const parts = to.map((each) => ({ link: [each], to: each }));
    const { address } = await servePage({
      rows: [rowWith('fusion', 3, nowSeconds())],
      answers: { '/runbook.json': { some: { title: 'Some', blocks: [{ paragraph: parts }] } } },
    });
    const page = await openPage(context, `${address}#/runbook/some`);
    const links = `[...document.querySelectorAll('main a')].map((each) => each.getAttribute('href'))`;
    await expect
      .poll(() => page.evaluate(links))
      .toEqual(['https://adobe.com/', '#/runbook/other']);
  });
});
