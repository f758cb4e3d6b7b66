import { execFileSync } from 'node:child_process';
import { open } from 'node:fs/promises';

/** Why a report cannot be written; asked first, or what took hours would be lost. */
export async function problemOfReport(report: string): Promise<string | undefined> {
  try {
    await (await open(report, 'a')).close();
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
