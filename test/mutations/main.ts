import { availableParallelism } from 'node:os';
import { endWithReader } from '../support/end-with-reader.ts';
import { cleanUpAtExit } from './cleanup.ts';
import type { Mutation } from './mutation.ts';
import { outdated } from './mutations.ts';
import { chosenBy, usage } from './options.ts';
import { ProjectCopy } from './project-copy.ts';
import { tryAll } from './try-all.ts';

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
  return await tryAll(wanted, await copiesFor(wanted), {
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
  });
}

function refused(why: string): number {
  process.stderr.write(why);
  return 2;
}

async function copiesFor(wanted: readonly Mutation[]): Promise<readonly ProjectCopy[]> {
  const copies: ProjectCopy[] = [];
  const jobs = Math.min(availableParallelism(), wanted.length);
  for (let job = 0; job < jobs; job += 1) copies.push(await ProjectCopy.make());
  return copies;
}

endWithReader();
process.exitCode = await exitCode(process.argv.slice(2));
