import pMap from 'p-map';
import type { Mutation } from './mutation.ts';
import type { ProjectCopy } from './project-copy.ts';

export type Copy = Pick<ProjectCopy, 'check' | 'try'>;

export interface Output {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/**
 * Tries each mutation in one of the copies, after the tests have passed on the whole project.
 *
 * @returns the exit code: 1 if a test fails that should not, or a mutation is not caught
 */
export async function tryAll(
  wanted: readonly Mutation[],
  copies: readonly Copy[],
  { out, error }: Output,
): Promise<number> {
  const idle = [...copies];
  const failed = (await idle[0]?.check(wanted)) ?? [];
  if (failed.length > 0) {
    error(`These tests fail although nothing is broken:\n${failed.join('\n')}\n`);
    return 1;
  }
  let survivors = 0;
  await pMap(
    wanted,
    async (mutation) => {
      const copy = idle.pop();
      if (copy === undefined) throw new TypeError('there are as many copies as jobs');
      const result = await copy.try(mutation);
      idle.push(copy);
      if (!result.caught) survivors += 1;
      out(
        result.caught
          ? `✓ ${mutation.fault}\n    ${mutation.caughtBy}: ${result.by}\n`
          : `✗ ${mutation.fault}\n    ${mutation.file}; ${mutation.caughtBy}: ${result.why}\n`,
      );
    },
    { concurrency: copies.length },
  );
  out(`${wanted.length - survivors} of ${wanted.length} are caught\n`);
  return survivors > 0 ? 1 : 0;
}
