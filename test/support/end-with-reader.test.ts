import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { root } from './document.ts';

const commands = ['simulation/main.ts', 'mutations/main.ts', 'mutations/core/main.ts'];

it.skipIf(process.platform === 'win32').each(commands)(
  'test/%s that nobody reads any more ends as by SIGPIPE, and not as after a failure',
  async (file) => {
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    const ended = spawn(process.execPath, [`test/${file}`, '--help'], {
      cwd: root,
      stdio: [...stdio],
    });
    ended.stdout?.destroy();
    expect(await once(ended, 'exit')).toEqual([141, null]);
  },
);

it.skipIf(process.platform !== 'linux').each([...commands, '../conformance/main.ts'])(
  'test/%s says so if the disk is full',
  async (file) => {
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    const ended = spawn(process.execPath, [`test/${file}`, '--help'], {
      cwd: root,
      stdio: ['ignore', full, 'pipe'],
    });
    ended.stderr?.setEncoding('utf8');
    let told = '';
    ended.stderr?.on('data', (text: string) => {
      told += text;
    });
    expect(await once(ended, 'close')).toEqual([1, null]);
    expect(told).toMatch(/^[^\n]*ENOSPC[^\n]*\n$/);
  },
);
