import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openPage } from './browser.ts';
import { nowSeconds, servePage } from './page-fixture.ts';
import { doctorEvents, healthAt, rowWith } from './sample-fleet.ts';
import { serveEverything } from './whole-page.ts';

const focused = (page: Page) => page.evaluate('document.activeElement.textContent');

describe('the pages', () => {
  it('change title, heading and focus with the address', async (context) => {
    const { address } = await serveEverything();
    const page = await openPage(context, address);
    for (const title of ['Timeline', 'Health', 'Fleet']) {
      await page.getByRole('navigation').getByRole('link', { name: title }).click();
      await expect.poll(() => page.title()).toBe(`${title} · production`);
      await expect.poll(() => page.locator('h1').textContent()).toBe(title);
      await expect.poll(() => focused(page)).toBe(title);
      const current = page.locator('nav [aria-current=page]');
      expect(await current.textContent()).toBe(title);
    }
    await page.goBack();
    await expect.poll(() => page.title()).toBe('Health · production');
  });
});

describe('the timeline', () => {
  it('moves by the arrows, and zooms by + and -', async (context) => {
    const { address } = await serveEverything();
    const page = await openPage(context, `${address}#/timeline`);
    await page.getByRole('link', { name: 'legacy-import' }).focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => focused(page)).toBe('fusion-eu');
    const details = page.locator('.lane-details');
    await expect.poll(() => details.innerText()).toMatch(/^fusion-eu\s+failing\s+Current token/);
    // The past is read after the page is shown.
    await expect.poll(() => details.innerText()).toContain('8 tokens known');
    await page.keyboard.press('+');
    await expect.poll(() => page.locator('.controls').innerText()).toContain('1 d shown');
    await page.keyboard.press('-');
    await page.keyboard.press('-');
    await expect.poll(() => page.locator('.controls').innerText()).toContain('4 d shown');
    expect(await focused(page)).toBe('fusion-eu');
    const bar = page.locator('[data-name=fusion-eu] .token.current');
    const left = async () => (await bar.boundingBox())?.x ?? 0;
    const before = await left();
    await page.keyboard.press('ArrowRight');
    await expect.poll(left).toBeLessThan(before);
  });

  it('describes each lane, and shows the token under the pointer', async (context) => {
    const { address } = await serveEverything();
    const page = await openPage(context, `${address}#/timeline`);
    await page.getByRole('img', { name: /^fusion-eu: failing, token from .*8 tokens/ }).waitFor();
    await page.locator('[data-name=fusion-eu] .token:not(.current)').last().hover();
    await expect
      .poll(() => page.locator('.lane-details').innerText())
      .toMatch(/^fusion-eu\s+failing\s+Earlier token: issued .* ended/);
    await expect.poll(() => page.locator('[data-name=legacy-import] .gap').count()).toBe(1);
    expect(await page.locator('[data-name=fusion-eu] .gap').count()).toBe(0);
  });

  it('draws earlier failures and pauses, and puts the one under the pointer into words', async (context) => {
    const { address } = await serveEverything();
    const page = await openPage(context, `${address}#/timeline`);
    const details = page.locator('.lane-details');
    const failed = /Failed: IMS is unreachable or overloaded from .* to .* \(1 h 30 min\)\./;
    await page
      .getByRole('img', { name: /^sandbox: paused, .*failed from .*, paused from / })
      .waitFor();
    await page.locator('[data-name=sandbox] .lane-name').focus();
    await expect.poll(() => details.innerText()).toMatch(/Paused from .* until now\./);
    await expect.poll(() => details.innerText()).toMatch(failed);
    await page.locator('[data-name=fusion-eu] .lane-name').focus();
    await expect.poll(() => details.innerText()).toMatch(/Paused from .* to .* \(2 h\)\./);
    await page.locator('[data-name=fusion-eu] .failure-time.past').hover();
    await expect.poll(() => details.innerText()).not.toContain('Paused from');
    await expect.poll(() => details.innerText()).toMatch(failed);
    const runbook = details.getByRole('link', { name: 'ERR_TOKEN_UNAVAILABLE' });
    await expect.poll(() => runbook.getAttribute('href')).toBe('#/runbook/err_token_unavailable');
  });

  it('says since when it knows of failures and pauses, where that is not long enough', async (context) => {
    const { address } = await serveEverything({ since: 6 });
    const page = await openPage(context, `${address}#/timeline`);
    await page.locator('[data-name=fusion-eu] .lane-name').focus();
    await expect
      .poll(() => page.locator('.lane-details').innerText())
      .toMatch(/Earlier failures and pauses are known since \d\d \w{3} \d\d:\d\d UTC\./);
  });

  it('follows the keyboard where the pointer rests on another lane', async (context) => {
    const { address } = await serveEverything();
    const page = await openPage(context, `${address}#/timeline`);
    const details = page.locator('.lane-details');
    await page.locator('[data-name=workfront-prod] .lane').hover();
    await expect.poll(() => details.innerText()).toMatch(/^workfront-prod/);
    await page.getByRole('link', { name: 'legacy-import' }).focus();
    await expect.poll(() => details.innerText()).toMatch(/^legacy-import/);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => details.innerText()).toMatch(/^fusion-eu/);
  });

  it('has fewer times on its axis once the window is narrow', async (context) => {
    const { address } = await serveEverything();
    const page = await openPage(context, `${address}#/timeline`);
    const marks = page.locator('.timeline-head .axis span:not(.axis-now)');
    await expect.poll(() => marks.count()).toBeGreaterThan(4);
    await page.setViewportSize({ width: 360, height: 800 });
    await expect.poll(() => marks.count()).toBeLessThanOrEqual(4);
  });
});

describe('a credential', () => {
  it('has its failure with the section of the runbook, ready to be copied', async (context) => {
    const { address } = await serveEverything();
    const page = await openPage(context, `${address}#/credential/fusion-eu`);
    const card = page.locator('.card-failing');
    await expect.poll(() => card.innerText()).toContain('Runbook: ERR_TOKEN_UNAVAILABLE');
    await expect
      .poll(() => card.locator('pre').innerText())
      .toContain('ims-token-rotator doctor fusion-eu --mint');
    await expect.poll(() => card.innerText()).toMatch(/Time: 7 h \d+ min; every tick tries again/);
    await page.locator('nav [aria-current=true]', { hasText: 'Fleet' }).waitFor();
  });

  it('shows its history, the change of the credential, its readers and settings', async (context) => {
    const { address } = await serveEverything();
    const page = await openPage(context, `${address}#/credential/fusion-eu`);
    const history = page.getByRole('region', { name: 'Versions of the token secret' });
    await expect.poll(() => history.getByRole('row').count()).toBe(9);
    await expect.poll(() => history.innerText()).toContain('renewed: the credential changed');
    await expect
      .poll(() => page.locator('.readers').innerText())
      .toContain('assumed-role/fusion/worker');
    await page.getByText('2 tags').first().click();
    await expect
      .poll(() => page.locator('main').innerText())
      .toContain('ims-token-rotator:renew-before');
  });

  it('that nobody has is one message', async (context) => {
    const { address } = await servePage({
      rows: [rowWith('fusion', 20, nowSeconds())],
      answers: {},
    });
    const page = await openPage(context, `${address}#/credential/nobody`);
    const main = page.locator('main');
    await expect.poll(() => main.innerText()).toContain('production has no credential nobody.');
    expect(await main.locator('.card, .unknown, .asking').count()).toBe(0);
    await main.getByRole('link', { name: 'Choose one from the fleet' }).click();
    await expect.poll(() => page.title()).toBe('Fleet · production');
  });

  it('is acted on after a confirmation, and says what became of it', async (context) => {
    const { address, requests } = await serveEverything();
    const page = await openPage(context, `${address}#/credential/fusion-eu`);
    const opener = page.getByRole('button', { name: 'Pause …' });
    await opener.click();
    const dialog = page.getByRole('dialog', { name: 'Pause: fusion-eu' });
    await expect
      .poll(() => dialog.innerText())
      .toContain('nothing renews the token until somebody resumes');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(requests).not.toContain('POST /api/actions');
    await expect.poll(() => focused(page)).toBe('Pause …');
    await opener.click();
    await dialog.getByRole('button', { name: 'Pause', exact: true }).click();
    await expect.poll(() => dialog.innerText()).toContain('fusion-eu is paused.');
    expect(requests).toContain('POST /api/actions');
  });

  it('does not say that an action failed whose answer was lost', async (context) => {
    const { address } = await serveEverything();
    const page = await openPage(context, `${address}#/credential/fusion-eu`);
    await page.route('**/api/actions', (route) => route.abort());
    await page.getByRole('button', { name: 'Renew now …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Renew now', exact: true }).click();
    await expect.poll(() => dialog.innerText()).toContain('Renew now: unknown.');
    await expect.poll(() => dialog.innerText()).toContain('it may have been carried out');
    expect(await dialog.innerText()).not.toContain('failed');
  });
});

describe('health', () => {
  it('shows the last tick, alarms, and plots of a day or a week', async (context) => {
    const { address } = await serveEverything();
    const page = await openPage(context, `${address}#/health`);
    const main = page.locator('main');
    await expect.poll(() => main.innerText()).toMatch(/Last tick\s+\d min ago/);
    await expect
      .poll(() => page.locator('.alarm strong').allInnerTexts())
      .toEqual(['Raised', 'Too little data', 'Quiet']);
    await expect
      .poll(() => page.locator('.alarm', { hasText: 'Raised' }).innerText())
      .toMatch(
        /production-Failing \(Failing\) for (?:2 h|1 h 59 min), since \d+ \w+ \d\d:\d\d UTC/,
      );
    await expect
      .poll(() => main.innerText())
      .toMatch(/failed\s+alarm recipients the topic has no subscriber/);
    await expect.poll(() => page.locator('.plot canvas').count()).toBe(4);
    const week = page.getByRole('button', { name: 'Last week' });
    await week.click();
    await expect.poll(() => week.getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('img', { name: /^Failing credentials: between 0 and 2/ }).waitFor();
    await expect
      .poll(() => page.locator('.plot', { hasText: 'Failing credentials' }).innerText())
      .toMatch(/Failing credentials 2 at \d+ \w+ \d\d:\d\d UTC/);
    await page.locator('.alarm').getByRole('link', { name: 'What to do' }).click();
    await page.getByRole('heading', { name: 'Failing', exact: true }).waitFor();
  });

  it('says that the last tick is late, and that what it shows is old', async (context) => {
    const now = nowSeconds();
    const old = { ...healthAt(now - 3600), lastTick: { known: now - 2500 } };
    const { address } = await servePage({
      rows: [rowWith('fusion', 20, now)],
      streams: { '/api/health/events': [old] },
    });
    const page = await openPage(context, `${address}#/health`);
    // Two ticks of 15 minutes, and 10 minutes for CloudWatch.
    await expect
      .poll(() => page.locator('.alarm.raised').first().innerText())
      .toMatch(/^Late: 4\d min/);
    await expect
      .poll(() => page.locator('main .unknown').first().innerText())
      .toMatch(/^Not updated for (59 min|1 h)/);
  });

  it('does not call a tick late for sure whose rhythm is assumed', async (context) => {
    const now = nowSeconds();
    const why = { code: 'ERR_AWS_DENIED', message: 'not authorized to list functions' };
    const late = { ...healthAt(now), lastTick: { known: now - 2500 } };
    const { address } = await servePage({
      rows: [rowWith('fusion', 20, now)],
      fleet: { functionUnknown: why },
      streams: { '/api/health/events': [late] },
    });
    const page = await openPage(context, `${address}#/health`);
    await expect
      .poll(() => page.locator('.alarm.unclear').first().innerText())
      .toMatch(/^Perhaps late: 4\d min/);
  });

  it('says that the rest of the checks is unknown when the console ends', async (context) => {
    const { address, drop, requests } = await servePage({
      rows: [rowWith('fusion', 20, nowSeconds())],
      streams: { '/api/doctor/events': doctorEvents.slice(0, 2) },
    });
    const page = await openPage(context, `${address}#/health`);
    const button = page.getByRole('button', { name: /^Run/ });
    await button.click();
    const checks = page.locator('.card:has(.card-head) .check');
    await expect.poll(() => checks.allInnerTexts()).toContainEqual(expect.stringMatching(/^ok/));
    await expect.poll(() => button.isDisabled()).toBe(true);
    await page.context().setOffline(true);
    drop();
    await expect
      .poll(() => page.locator('main').innerText())
      .toContain('The rest of the checks: unknown.');
    await expect.poll(() => button.isDisabled()).toBe(false);
    expect(await page.locator('progress').count()).toBe(0);
    expect((await checks.allInnerTexts()).slice(1)).toEqual([
      expect.stringMatching(/^not run\s+schedule/),
      expect.stringMatching(/^not run\s+last tick/),
      expect.stringMatching(/^not run\s+alarms/),
    ]);
    await page.context().setOffline(false);
    // It does not begin by itself.
    await expect.poll(() => page.locator('.update').innerText()).toMatch(/^Updated/);
    const runs = requests.filter((request) => request.startsWith('GET /api/doctor/events'));
    expect(runs).toHaveLength(1);
  });

  it('runs the checks one by one, once', async (context) => {
    const { address, requests, drop } = await serveEverything();
    const page = await openPage(context, `${address}#/health`);
    await page.getByRole('button', { name: 'Run the checks' }).click();
    await expect.poll(() => page.locator('main').innerText()).toContain('1 failed, 1 unknown.');
    await expect
      .poll(() => page.locator('.card:has(.card-head) .check').allInnerTexts())
      .toEqual([
        expect.stringMatching(/ok\s+function Node.js 24/),
        expect.stringMatching(/unknown\s+schedule .* → Allow scheduler:GetSchedule/),
        expect.stringMatching(/ok\s+last tick/),
        expect.stringMatching(/failed\s+alarms .* → Subscribe an address/),
      ]);
    const asked = (path: string) =>
      requests.filter((request) => request.startsWith(`GET ${path}`)).length;
    // The end of the console afterwards is none of their business.
    drop();
    await expect.poll(() => asked('/api/fleet/events')).toBe(2);
    expect(await page.locator('main').innerText()).not.toContain('The rest of the checks');
    expect(asked('/api/doctor/events')).toBe(1);
  });
});
