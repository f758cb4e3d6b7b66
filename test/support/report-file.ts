import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';

/** Why a report cannot be written; asked first, or what took hours would be lost. It leaves no file. */
export async function problemOfReport(report: string): Promise<string | undefined> {
  const isNew = !existsSync(report);
  try {
    await (await open(report, isNew ? 'wx' : 'r+')).close();
    if (isNew) await rm(report);
    return undefined;
  } catch (error) {
    return `--report cannot be written: ${(error as Error).message}`;
  }
}

/** Undefined outside a clone; it ends in -dirty if files were changed since. */
export function commitHere(): string | undefined {
  const args = ['describe', '--always', '--dirty', '--exclude', '*'];
  try {
    return execFileSync('git', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}
