import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/document.ts';
import { RunningProcess } from '../support/run-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const ended = (pid: number): boolean => {
  try {
    return !process.kill(pid, 0);
  } catch {
    return true;
  }
};

it.skipIf(process.platform === 'win32').each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('after %s, no copy and no process is left', async (signal, code) => {
  const [folder, directory] = [await temporaryDirectory(), await temporaryDirectory()];
  const program = join(directory, 'program.ts');
  const grandchild = `require('node:child_process').spawn(process.execPath, ['-e', 'console.log(process.pid); setTimeout(() => {}, 600_000)'], { stdio: 'inherit' })`;
  await writeFile(
    program,
    `import { mkdtempSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { cleanUpAtExit, startNode } from ${JSON.stringify(join(root, 'test/mutations/cleanup.ts'))};
    cleanUpAtExit();
    mkdtempSync(tmpdir() + '/copy-');
    startNode(['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' });
    console.log('started');`,
  );
  const running = new RunningProcess(program, [], { TMPDIR: folder });
  await running.printed(/^started$/m);
  const [, pid] = await running.printed(/^(\d+)$/m);
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/-mutations-/)]);
  running.signal(signal);
  expect((await running.exit()).code).toBe(code);
  expect(readdirSync(folder)).toEqual([]);
  await expect.poll(() => ended(Number(pid))).toBe(true);
});
