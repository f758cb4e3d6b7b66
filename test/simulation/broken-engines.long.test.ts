import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { root } from '../support/document.ts';
import { breaks } from './breaks.ts';

const run = promisify(execFile);

type Break = (typeof breaks)[number];

/** What the simulation prints of a broken engine. */
async function simulateBroken({ file, from, to }: Break, ...options: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'broken-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const parts = ['core', 'lambda', 'client', 'test/simulation', 'test/support', 'package.json'];
  for (const part of parts) {
    await cp(join(root, part), join(folder, part), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const source = await readFile(join(folder, file), 'utf8');
  expect(source).toContain(from);
  await writeFile(join(folder, file), source.replace(from, to));
  const args = ['test/simulation/main.ts', ...options, '--days', '30', '--credentials', '6'];
  const simulated = run('node', args, { cwd: folder });
  const { stdout } = await simulated.catch((error: { readonly stdout: string }) => error);
  return stdout;
}

it.each(breaks)(
  'is caught if it $what',
  async (broken) => {
    const stdout = await simulateBroken(broken, '--seeds', '1-30', '--stop');
    expect(stdout).toContain(`: ${broken.rule}: `);
  },
  600_000,
);

it('prints a shorter history that ends in the same violation, and says why a token is kept', async () => {
  const [broken] = breaks;
  const stdout = await simulateBroken(broken as Break, '--seed', '3');
  const [first = '', last = ''] = stdout.split('looking for a shorter history');
  const told = 'VIOLATION of invariant 1: the new token does not expire later';
  expect(first).toContain(told);
  expect(last).toContain(told);
  expect(last).toMatch(/#\d+ kept for token-fresh$/m);
  expect(last).toContain('"rates":{"lag":0,"oddPage":0,"cold":0},"imsSkew":0');
  expect(last.split('\n').length).toBeLessThan(20);
}, 600_000);
