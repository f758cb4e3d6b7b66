import { execFile } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { root } from '../support/document.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

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

it('npm run mutate:core leaves out what computes for long, not what waits, and says so', async () => {
  const folder = await temporaryDirectory();
  await run('git', ['init', '--quiet'], { cwd: folder });
  for (const part of ['test/mutations', 'test/support/seed.ts', 'package.json']) {
    await cp(join(root, part), join(folder, part), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await writeFile(join(folder, '.gitignore'), 'node_modules\n');
  for (const [file, text] of [
    ['core/sum.ts', engine],
    ['test/core/sum.test.ts', tests],
  ] as const) {
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const command = ['test/mutations/core/main.ts', '--quick', 'sum'];
  const { stdout } = await run(process.execPath, command, { cwd: folder });
  expect(stdout).toContain('all 50.0 % (2 of 4); not counted: 0\n');
  expect(stdout).toContain('tests left out for their time: 1 for their own file, 1 for all files');
});
