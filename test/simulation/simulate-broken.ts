import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { root } from '../support/document.ts';
import type { breaks } from './breaks.ts';

const run = promisify(execFile);

export type Break = (typeof breaks)[number];

/** The output and the exit code of the command that simulates a broken engine, in a folder of its own. */
export async function simulateBroken(
  { file, from, to }: Break,
  ...options: readonly string[]
): Promise<{ readonly stdout: string; readonly code: number; readonly folder: string }> {
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
  const simulated = run('node', ['test/simulation/main.ts', ...options], { cwd: folder });
  const { stdout, code } = await simulated.then(
    (ended) => ({ ...ended, code: 0 }),
    (error: { readonly stdout: string; readonly code: number }) => error,
  );
  return { stdout, code, folder };
}
