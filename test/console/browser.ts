import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, expect, onTestFinished, type TestContext } from 'vitest';

const programs = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

// One for all tests of a file: each has a profile of its own.
let browser: Promise<Browser> | undefined;
afterAll(async () => (await browser)?.close());

/** A page of a real browser, for one test. Skips the test if this machine has none. */
export async function openPage(
  context: TestContext,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const executablePath = programs.find((program) => existsSync(program));
  if (executablePath === undefined) {
    const reason = 'this machine lacks a browser (Debian: chromium)';
    process.stderr.write(`skipped: ${context.task.name}: ${reason}\n`);
    return context.skip(reason);
  }
  // In a container, root has no sandbox.
  browser ??= chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const page = await (await browser).newPage({
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  // As long as a poll of a test.
  page.setDefaultTimeout(90_000);
  onTestFinished(() => page.context().close());
  // A refusal by the Content-Security-Policy is an error on the browser's console, too.
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) {
      errors.push(message.text());
    }
  });
  onTestFinished(() => expect(errors).toEqual([]));
  await page.goto(address);
  return page;
}

/** What axe finds. Its code comes in by the debugger, which the page's policy does not bind. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations: found, passes } = await page.evaluate(async () => {
    const { axe: loaded } = globalThis as unknown as { axe: { run: () => Promise<Findings> } };
    return await loaded.run();
  });
  // It has looked.
  expect(passes.length).toBeGreaterThan(10);
  return found.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target, html }) => `${target} ${html}`).join('; ')}`,
  );
}

interface Findings {
  readonly passes: readonly unknown[];
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly target: unknown; readonly html: string }[];
  }[];
}
