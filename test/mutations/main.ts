import { availableParallelism } from 'node:os';
import pMap from 'p-map';
import { cleanUpAtExit } from './cleanup.ts';
import type { Mutation } from './mutation.ts';
import { outdated } from './mutations.ts';
import { chosenBy, usage } from './options.ts';
import { ProjectCopy } from './project-copy.ts';

async function exitCode(args: readonly string[]): Promise<number> {
  let wanted: readonly Mutation[] | undefined;
  try {
    wanted = chosenBy(args);
  } catch (error) {
    return refused(`${(error as Error).message}\n\n${usage}`);
  }
  if (wanted === undefined) {
    process.stdout.write(usage);
    return 0;
  }
  // An entry that applies no more should say so now, and not in half an hour.
  const problems = outdated(wanted);
  if (problems.length > 0) return refused(`${problems.join('\n')}\n`);
  cleanUpAtExit();
  return await tryAll(wanted);
}

function refused(why: string): number {
  process.stderr.write(why);
  return 2;
}

async function tryAll(wanted: readonly Mutation[]): Promise<number> {
  const idle: ProjectCopy[] = [];
  const jobs = Math.min(availableParallelism(), wanted.length);
  for (let job = 0; job < jobs; job += 1) idle.push(await ProjectCopy.make());
  const failed = (await idle[0]?.check(wanted)) ?? [];
  if (failed.length > 0) {
    process.stderr.write(`These tests fail although nothing is broken:\n${failed.join('\n')}\n`);
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
      const told = result.caught
        ? `✓ ${mutation.fault}\n    ${mutation.caughtBy}: ${result.by}`
        : `✗ ${mutation.fault}\n    ${mutation.file}; ${mutation.caughtBy}: ${result.why}`;
      process.stdout.write(`${told}\n`);
    },
    { concurrency: jobs },
  );
  process.stdout.write(`${wanted.length - survivors} of ${wanted.length} are caught\n`);
  return survivors > 0 ? 1 : 0;
}

process.exitCode = await exitCode(process.argv.slice(2));
