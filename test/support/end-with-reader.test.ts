import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
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
