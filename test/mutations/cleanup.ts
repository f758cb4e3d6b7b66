import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { text } from 'node:stream/consumers';

const running = new Set<ChildProcess>();

/**
 * Leaves no copy and no process behind, also after Ctrl-C: everything temporary goes into one folder,
 * also what the children make, which goes with them at the end.
 */
export function cleanUpAtExit(): void {
  const folder = mkdtempSync(join(tmpdir(), 'ims-token-rotator-mutations-'));
  env['TMPDIR'] = folder;
  process.once('exit', () => {
    for (const child of running) endAll(child);
    // They may still be writing.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
}

/** Starts Node.js in a process group of its own, so that it can be ended with all that it starts. */
export function startNode(args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(process.execPath, args, { ...options, detached: true });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Ends a child and all that it started. */
export function endAll({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Runs Node.js in a folder, for at most this many milliseconds. @throws Error unless it succeeds */
export async function runNode(
  args: readonly string[],
  { cwd, timeout }: { readonly cwd: string; readonly timeout?: number | undefined },
): Promise<void> {
  const child = startNode(args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const said = child.stderr === null ? '' : text(child.stderr);
  const timer = timeout === undefined ? undefined : setTimeout(() => endAll(child), timeout);
  const [code] = await once(child, 'exit');
  clearTimeout(timer);
  if (code !== 0) throw new Error(`node ${args.join(' ')} failed: ${(await said).trim()}`);
}
