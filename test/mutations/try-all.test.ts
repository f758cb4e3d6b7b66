import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { root } from '../support/document.ts';
import { mutations } from './mutations.ts';
import { type Copy, tryAll } from './try-all.ts';

const wanted = mutations.slice(0, 2);

/** Tries two mutations in a copy, without breaking anything. */
async function tried(more: Partial<Copy>) {
  const output = { out: '', error: '' };
  const seen: unknown[] = [];
  const copy: Copy = {
    check: () => Promise.resolve([]),
    try: (mutation) => {
      seen.push(mutation);
      return Promise.resolve({ caught: true, by: 'a test' });
    },
    ...more,
  };
  const code = await tryAll(wanted, [copy], {
    out: (text) => {
      output.out += text;
    },
    error: (text) => {
      output.error += text;
    },
  });
  return { ...output, code, seen };
}

it('mutations that are all caught end with 0', async () => {
  expect(await tried({})).toMatchObject({
    code: 0,
    seen: wanted,
    out: expect.stringMatching(/^✓ .*2 of 2 are caught\n$/s),
  });
});

it('one that is not caught ends with 1, and is named', async () => {
  const [first, second] = wanted;
  const { code, out } = await tried({
    try: (mutation) =>
      Promise.resolve(
        mutation === second ? { caught: false, why: 'it passes' } : { caught: true, by: 'a test' },
      ),
  });
  expect(code).toBe(1);
  expect(out).toContain(`✓ ${first?.fault}\n`);
  expect(out).toContain(
    `✗ ${second?.fault}\n    ${second?.file}; ${second?.caughtBy}: it passes\n`,
  );
  expect(out).toContain('1 of 2 are caught\n');
});

it('a test that fails on the whole project ends with 1 before anything is broken', async () => {
  expect(await tried({ check: () => Promise.resolve(['a test']) })).toMatchObject({
    code: 1,
    seen: [],
    error: 'These tests fail although nothing is broken:\na test\n',
  });
});

it.each(['main.ts', 'core/main.ts'])(
  '%s ends with 2 for an option that it does not know',
  async (file) => {
    const run = promisify(execFile)('node', [`test/mutations/${file}`, '--bogus'], { cwd: root });
    await expect(run).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--bogus'),
    });
  },
);
