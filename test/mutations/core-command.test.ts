import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { root } from '../support/document.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { reportOf } from './core/figures.ts';

const run = promisify(execFile);

const engine = `export function sum(one: number, other: number): number {
  return one + other;
}

export function product(one: number, other: number): number {
  return one * other;
}
`;

const tests = `import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { product, sum } from '../../core/sum.ts';

it('waits, as for its turn on a busy machine', async () => {
  await setTimeout(100);
  expect(sum(1, 2)).toBe(3);
});

it('takes 200 ms of the processor', () => {
  const before = process.threadCpuUsage();
  while (process.threadCpuUsage(before).user < 200_000);
  expect(product(2, 3)).toBe(6);
});
`;

/** A project with two functions, of which no quick test runs the second. */
async function project(): Promise<string> {
  const folder = await temporaryDirectory();
  for (const part of ['test/mutations', 'test/support', 'package.json']) {
    await cp(join(root, part), join(folder, part), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  for (const [file, text] of [
    ['.gitignore', 'node_modules\n'],
    ['core/sum.ts', engine],
    ['test/core/sum.test.ts', tests],
    ['page.md', '# A page\n\n## Figures\n\nOf old.\n'],
  ] as const) {
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const git = ['-c', 'user.name=one', '-c', 'user.email=one@example.com'];
  for (const args of [
    ['init', '--quiet'],
    ['add', '.'],
    [...git, 'commit', '--quiet', '-m', 'one'],
  ]) {
    await run('git', args, { cwd: folder });
  }
  return folder;
}

it('npm run mutate:core leaves out what computes for long, not what waits, and says so', async () => {
  const command = ['test/mutations/core/main.ts', '--quick', 'sum'];
  const { stdout } = await run(process.execPath, command, { cwd: await project() });
  expect(stdout).toContain('all 50.0 % (2 of 4); not counted: 0\n');
  expect(stdout).toContain('tests left out for their time: 1 for their own file, 1 for all files');
});

it('npm run mutate:core -- --report writes the figures of its commit into a page', async () => {
  const cwd = await project();
  const { stdout: commit } = await run('git', ['rev-parse', '--short', 'HEAD'], { cwd });
  const command = ['test/mutations/core/main.ts', '--report', 'page.md'];
  await run(process.execPath, command, { cwd });
  const page = await readFile(join(cwd, 'page.md'), 'utf8');
  const figures = { files: [['sum.ts', 4, 4]], byQuick: 2, notCounted: 0 } as const;
  expect(page).toBe(`# A page\n\n${reportOf(figures, commit.trim())}`);
});

it.each([
  ['a page without figures', '# A page\n'],
  ['a page that goes on after them', '# A page\n\n## Figures\n\nOf old.\n\n## More\n'],
  ['no page', undefined],
])('npm run mutate:core -- --report refuses %s at once', async (_, text) => {
  const page = join(await temporaryDirectory(), 'page.md');
  if (text !== undefined) await writeFile(page, text);
  const command = ['test/mutations/core/main.ts', '--report', page];
  await expect(run(process.execPath, command, { cwd: root })).rejects.toMatchObject({
    code: 2,
    stderr: `--report needs a page whose last part is "## Figures", and ${page} is none.\n`,
  });
  expect(await readFile(page, 'utf8').catch(() => undefined)).toBe(text);
});

it('npm run mutate:core -- --report leaves the page as it is if a test fails without a mutant', async () => {
  const cwd = await project();
  const broken = tests.replace('toBe(6)', 'toBe(7)');
  await writeFile(join(cwd, 'test/core/sum.test.ts'), broken);
  const command = ['test/mutations/core/main.ts', '--report', 'page.md'];
  await expect(run(process.execPath, command, { cwd })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('sum.test.ts fails without a mutant.\n'),
  });
  expect(await readFile(join(cwd, 'page.md'), 'utf8')).toContain('Of old.');
});

it('the commit of a report ends in -dirty once a file is changed, and there is none outside a clone', async () => {
  const cwd = await project();
  const code =
    "process.stdout.write(String((await import('./test/support/report-file.ts')).commitHere()))";
  const commit = async (): Promise<string> => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd });
    return stdout;
  };
  expect(await commit()).toMatch(/^[0-9a-f]+$/);
  await writeFile(join(cwd, 'page.md'), 'Of today.\n');
  expect(await commit()).toMatch(/^[0-9a-f]+-dirty$/);
  await rm(join(cwd, '.git'), { recursive: true });
  expect(await commit()).toBe('undefined');
});

it('npm run mutate:core -- --report says at once that it cannot write', async () => {
  const command = ['test/mutations/core/main.ts', '--report', 'nowhere/page.md'];
  await expect(run(process.execPath, command, { cwd: root })).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^--report cannot be written: ENOENT/),
  });
});
