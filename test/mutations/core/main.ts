import { once } from 'node:events';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { chdir } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { endWithReader } from '../../support/end-with-reader.ts';
import { commitHere, problemOfReport } from '../../support/report-file.ts';
import { cleanUpAtExit, endAll, startNode } from '../cleanup.ts';
import { copyProject } from '../copy-project.ts';
import { figuresOf, hasFigures, reportOf, withFigures } from './figures.ts';
import { journals, type Pass, readJournal } from './journals.ts';
import { instrument, type Mutant } from './mutant.ts';
import { type Options, ownFileOf, parseOptions, usage } from './options.ts';
import { scoreOf } from './score.ts';

// Seconds after which a mutant has made something endless.
const patience = 60;

// What a quick test notices need not be tried by a slow one, nor what the tests of its own file notice
// by others.
const quickPasses: readonly Pass[] = [
  { own: true, from: 0, to: 50 },
  { own: false, from: 0, to: 50 },
];
const slowPasses: readonly Pass[] = [
  { own: true, from: 50, to: 2_000 },
  { own: false, from: 50, to: 300 },
];

async function exitCode(args: readonly string[]): Promise<number> {
  const tests = readdirSync('test/core').filter((file) => file.endsWith('.test.ts'));
  let options: Options | undefined;
  try {
    options = parseOptions(args, { tests, files: readdirSync('core') });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(usage);
    return 0;
  }
  const problem = options.report === undefined ? undefined : await problemOfPage(options.report);
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    return 2;
  }
  cleanUpAtExit();
  return await tryAll(options);
}

async function problemOfPage(page: string): Promise<string | undefined> {
  const problem = await problemOfReport(page);
  if (problem !== undefined) return problem;
  if (existsSync(page) && hasFigures(await readFile(page, 'utf8'))) return undefined;
  return `--report needs a page whose last part is "## Figures", and ${page} is none.`;
}

async function tryAll({ quick, tests, files, isWhole, report }: Options): Promise<number> {
  const passes = quick ? quickPasses : [...quickPasses, ...slowPasses];
  const page = report === undefined ? undefined : resolve(report);
  const commit = commitHere();
  chdir(await copyProject());
  const mutants = (await instrument('core')).filter(({ file }) => files.has(file));
  const ids = new Set(mutants.map(({ id }) => id));
  const failed = new Set<string>();
  const leftOut = { own: 0, all: 0 };
  let byQuick = 0;
  for (const [index, pass] of passes.entries()) {
    rmSync(journals.passedOver, { force: true });
    for (const test of await runPass(pass, tests, mutants)) failed.add(test);
    const repeated = readJournal(pass.own ? 'ownRepeated' : 'allRepeated');
    // The last pass of either kind is for the slowest tests.
    leftOut[pass.own ? 'own' : 'all'] = [...readJournal('passedOver')].filter(
      (test) => !repeated.has(test),
    ).length;
    const run = [...readJournal('covered')].filter((id) => ids.has(id)).length;
    const noticed = readJournal('killed').size;
    if (quickPasses.includes(pass)) byQuick = noticed;
    process.stderr.write(`pass ${index + 1} of ${passes.length}: ${noticed} of ${run} noticed\n`);
  }
  const [killed, covered] = [readJournal('killed'), readJournal('covered')];
  const { text, hasFailed } = scoreOf({ mutants, killed, covered, leftOut, isWhole });
  process.stdout.write(`${text}\n`);
  if (page !== undefined && failed.size === 0) {
    const figures = reportOf(figuresOf(mutants, { killed, covered }, byQuick), commit);
    await writeFile(page, withFigures(await readFile(page, 'utf8'), figures));
  }
  for (const test of failed) process.stderr.write(`${test} fails without a mutant.\n`);
  return hasFailed || failed.size > 0 ? 1 : 0;
}

/** @returns the tests that fail as it is */
async function runPass(
  pass: Pass,
  tests: readonly string[],
  mutants: readonly Mutant[],
): Promise<readonly string[]> {
  const left = [...tests];
  const failed: string[] = [];
  const workers = Array.from({ length: availableParallelism() }, async () => {
    for (let test = left.shift(); test !== undefined; test = left.shift()) {
      const own = ownFileOf(test);
      const tried = pass.own ? mutants.filter(({ file }) => file === own) : mutants;
      if (tried.length === 0) continue;
      const ids = tried.map(({ id }) => id).join(' ');
      let end: End;
      do end = await runTest(test, pass, ids);
      while (end === 'stopped');
      if (end === 'failed') failed.push(test);
    }
  });
  await Promise.all(workers);
  return failed;
}

type End = 'passed' | 'failed' | 'stopped';

/** Stopped, if a mutant had to be ended, which counts as noticed. */
async function runTest(file: string, pass: Pass, ids: string): Promise<End> {
  const args = ['run', '--config', 'test/mutations/core/vitest.config.ts', `test/core/${file}`];
  const current = `${file}.running.txt`;
  const vitest = startNode(['node_modules/vitest/vitest.mjs', ...args], {
    stdio: 'ignore',
    env: {
      ...process.env,
      MUTANT_PASS: JSON.stringify(pass),
      MUTANTS: ids,
      MUTANT_RUNNING: current,
    },
  });
  const end = once(vitest, 'exit').then(() => true);
  for (let seen = ''; ; ) {
    if (await Promise.race([end, setTimeout(patience * 1000, false, { ref: false })])) break;
    const running = runningMutant(current);
    if (running === seen && running !== '') {
      appendFileSync(journals.killed, `${running.split(' ')[0]}\n`);
      endAll(vitest);
      return 'stopped';
    }
    seen = running;
  }
  return vitest.exitCode === 0 ? 'passed' : 'failed';
}

function runningMutant(current: string): string {
  try {
    return readFileSync(current, 'utf8').trim();
  } catch {
    return '';
  }
}

endWithReader();
process.exitCode = await exitCode(process.argv.slice(2));
