import { PutSecretValueCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { consoleDownload, sampleClient } from '../../local/sample-credential.ts';
import { type Looker, openConsole } from '../cli/console/looker.ts';
import { seedCredential } from '../cli/operator.ts';
import { hour } from '../support/builders.ts';
import { openPage } from './browser.ts';

const verdictOf = (page: Page) => page.locator('.verdict').innerText();

/** The state of a browser that has used the key. */
function holding(cookie: string) {
  const [name = '', value = ''] = cookie.split('=');
  const kept = { domain: '127.0.0.1', path: '/', expires: -1, httpOnly: true, secure: false };
  return { cookies: [{ name, value, ...kept, sameSite: 'Strict' as const }], origins: [] };
}

/** Does what a button is for, and returns what the dialog says in the end. */
async function act(page: Page, name: string): Promise<string> {
  await page.getByRole('button', { name: `${name} …` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name, exact: true }).click();
  await dialog.locator('.done, .unknown').waitFor();
  const text = await dialog.innerText();
  await dialog.getByRole('button', { name: 'Close' }).click();
  return text;
}

/** A new credential has to be used at once, while the token of the one before is valid. */
async function replaceCredential({ world, client }: Looker): Promise<void> {
  const SecretId = world.secretId('fusion', 'client');
  const sample = sampleClient();
  world.ims.registerClient(sample);
  const SecretString = consoleDownload(sample);
  await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
}

describe('in the embedded world', () => {
  it('the page tells of an outage of IMS, and that it is over, by itself', async (context) => {
    const looker = await openConsole({
      every: 1,
      allowsActions: true,
      prepare: async ({ onboard, invoke }) => {
        await onboard('fusion');
        await invoke({ action: 'tick' });
      },
    });
    const { world, origin, cookie } = looker;
    const page = await openPage(context, origin, { storageState: holding(cookie) });
    await expect.poll(() => verdictOf(page)).toMatch(/^Nothing fails: the only credential/);
    await page.getByRole('link', { name: 'fusion' }).click();

    world.ims.faults.inject({ kind: 'server-error', status: 503, body: 'empty' });
    await replaceCredential(looker);
    expect(await act(page, 'Renew now')).toMatch(/Renew now failed\. .*IMS/);
    await expect
      .poll(() => verdictOf(page))
      .toMatch(
        /^The only credential fails: IMS is unreachable or overloaded, for \d+ s; the token expires in (23 h|1 d)/,
      );
    await expect
      .poll(() => page.locator('.card-failing').innerText())
      .toContain('Runbook: ERR_TOKEN_UNAVAILABLE');

    world.ims.faults.clear();
    expect(await act(page, 'Renew now')).toMatch(/renewed/i);
    await expect.poll(() => verdictOf(page)).toMatch(/^Nothing fails/);
    const history = page.getByRole('region', { name: 'Versions of the token secret' });
    await expect.poll(() => history.getByRole('row').count()).toBe(3);
  });

  it('the timeline tells of an outage and a pause that are over', async (context) => {
    const looker = await openConsole({
      every: 1,
      prepare: async ({ world, onboard, invoke }) => {
        await onboard('fusion');
        world.ims.faults.inject({ kind: 'server-error', status: 503, body: 'empty' });
        await invoke({ action: 'tick' });
        world.ims.faults.clear();
        await invoke({ action: 'tick' });
      },
    });
    const { world, client, origin, cookie } = looker;
    const SecretId = world.secretId('fusion', 'token');
    for (const Value of ['true', 'false']) {
      const Tags = [{ Key: 'ims-token-rotator:paused', Value }];
      await client.send(new TagResourceCommand({ SecretId, Tags }));
    }
    const page = await openPage(context, origin, { storageState: holding(cookie) });
    await expect.poll(() => verdictOf(page)).toMatch(/^Nothing fails/);
    await page.goto(`${origin}/#/timeline`);
    await page.getByRole('link', { name: 'fusion' }).focus();
    const details = page.locator('.lane-details');
    const time = '\\d\\d \\w{3} \\d\\d:\\d\\d';
    await expect
      .poll(() => details.innerText())
      .toMatch(new RegExp(`Failed: IMS is unreachable or overloaded from ${time} to ${time}`));
    expect(await details.innerText()).toMatch(new RegExp(`Paused from ${time} to ${time}`));
    await page.getByRole('img', { name: /^fusion: fresh.*failed from .* paused from / }).waitFor();
    expect(await page.locator('.lane .past').count()).toBe(2);
    await details.getByRole('link', { name: 'ERR_TOKEN_UNAVAILABLE' }).click();
    await expect.poll(() => page.locator('main h2').innerText()).toBe('ERR_TOKEN_UNAVAILABLE');
    await page.goto(`${origin}/#/credential/fusion`);
    const card = page.locator('.card', { hasText: 'Earlier failures and pauses' });
    await expect.poll(() => card.getByRole('listitem').count()).toBe(2);
  });

  it('the page renews what is due, pauses and resumes, and shows at once what became of it', async (context) => {
    const { world, origin, cookie } = await openConsole({
      // No other list comes during the test.
      every: 3600,
      allowsActions: true,
      prepare: async ({ onboard }) => {
        await onboard('fusion');
      },
    });
    world.secretsManager.clearCalls();
    const page = await openPage(context, `${origin}/#/credential/fusion`, {
      storageState: holding(cookie),
    });
    const state = () => page.locator('.summary').innerText();
    await expect.poll(state).toMatch(/State\s+due/i);
    expect(await act(page, 'Renew if due')).toContain('fusion renewed');
    await expect.poll(state).toMatch(/State\s+fresh/i);
    expect(await act(page, 'Renew if due')).toContain('fusion kept');
    expect(await act(page, 'Pause')).toContain('fusion is paused');
    await expect.poll(state).toMatch(/State\s+paused/i);
    expect(await page.getByRole('button', { name: 'Renew now …' }).count()).toBe(0);
    expect(await act(page, 'Resume')).toContain('fusion is resumed');
    await expect.poll(state).toMatch(/State\s+fresh/i);
    const lists = world.secretsManager.calls.filter(({ action }) => action === 'ListSecrets');
    expect(lists).toHaveLength(1);
  });

  it('every page works with the right to list secrets alone, and names the rights it lacks', async (context) => {
    const { origin, cookie } = await openConsole({
      every: 1,
      world: {
        authorize: (action, _, { 'aws:PrincipalArn': principal }) =>
          action === 'secretsmanager:ListSecrets' || !String(principal).endsWith(':user/local'),
      },
      prepare: ({ world }) => seedCredential(world, 'fusion', { expiresIn: 20 * hour }),
    });
    const page = await openPage(context, origin, { storageState: holding(cookie) });
    await expect.poll(() => verdictOf(page)).toMatch(/^Nothing fails: the only credential/);
    const rights = async () => new Set(await page.locator('.unknown code').allInnerTexts());
    expect(await rights()).toContain('lambda:ListFunctions');
    await page.goto(`${origin}/#/credential/fusion`);
    await expect
      .poll(rights)
      .toEqual(
        new Set([
          'lambda:ListFunctions',
          'secretsmanager:ListSecretVersionIds',
          'cloudtrail:LookupEvents',
        ]),
      );
    await page.goto(`${origin}/#/health`);
    await expect
      .poll(rights)
      .toEqual(new Set(['cloudwatch:GetMetricData', 'cloudwatch:DescribeAlarmsForMetric']));
    await page.getByRole('button', { name: 'Run the checks' }).click();
    await expect.poll(() => page.locator('main').innerText()).toMatch(/unknown\./);
    await page.goto(`${origin}/#/timeline`);
    await page.getByRole('link', { name: 'fusion' }).focus();
    await expect
      .poll(rights)
      .toEqual(new Set(['secretsmanager:ListSecretVersionIds', 'cloudtrail:LookupEvents']));
    expect(await page.locator('.lane-details').innerText()).toContain(
      'Earlier failures and pauses: unknown.',
    );
    expect(await page.locator('.lane .token.current').count()).toBe(1);
  });
});
