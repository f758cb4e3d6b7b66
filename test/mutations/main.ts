import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import pMap from 'p-map';
import { broken } from './mutation.ts';
import { mutations } from './mutations.ts';
import { ProjectCopy } from './project-copy.ts';

const usage = `Usage: npm run mutations [-- WORD ...]

Breaks the project in ${mutations.length} listed ways, one at a time and in copies, and shows that a test
notices each. With words, only those for which the fault, the file or the test file has each of them.
`;

const words = process.argv.slice(2);
const wanted = mutations.filter(({ fault, file, caughtBy }) =>
  [fault, file, caughtBy].some((text) => words.every((word) => text.includes(word))),
);

if (words.some((word) => word.startsWith('-'))) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else if (wanted.length === 0) {
  process.stderr.write(`No mutation has ${words.join(' and ')} in its fault, file or test file.\n`);
  process.exitCode = 2;
} else {
  await tryAll();
}

async function tryAll(): Promise<void> {
  // An entry that applies no more should say so now, and not in half an hour.
  for (const mutation of wanted) broken(readFileSync(mutation.file, 'utf8'), mutation);
  await using copies = new AsyncDisposableStack();
  const idle: ProjectCopy[] = [];
  const jobs = Math.min(availableParallelism(), wanted.length);
  for (let job = 0; job < jobs; job += 1) idle.push(copies.use(await ProjectCopy.make()));
  await idle[0]?.check(wanted);
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
  if (survivors > 0) process.exitCode = 1;
}
