import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';

/** Everything temporary goes into one folder, which the end of the run removes: CDK leaves its own. */
export async function setup(): Promise<() => Promise<void>> {
  const { TMPDIR: before } = env;
  const folder = await mkdtemp(join(tmpdir(), 'rotator-tests-'));
  env['TMPDIR'] = folder;
  return async () => {
    if (before === undefined) delete env['TMPDIR'];
    else env['TMPDIR'] = before;
    // Processes that a test has started may still be writing.
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
}
