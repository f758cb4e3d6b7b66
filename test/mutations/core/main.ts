import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { chdir } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { copyProject } from '../copy-project.ts';
import { journals, type Pass, readJournal } from './journals.ts';
import { instrument, type Mutant } from './mutant.ts';

// Per cent of the mutants that some test has run, or should have.
const least = 90;
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

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false } },
});
const passes = values.quick ? quickPasses : [...quickPasses, ...slowPasses];
const tests = readdirSync('test/core').filter((file) => file.endsWith('.test.ts'));
const wanted = tests.filter(
  (file) => words.length === 0 || words.some((word) => file.startsWith(word)),
);
if (wanted.length === 0) {
  process.stderr.write(`No file of test/core begins with ${words.join(' or ')}.\n`);
  process.exit(2);
}
const folder = await copyProject();
chdir(folder);
try {
  const mutants = await instrument('core');
  for (const [index, pass] of passes.entries()) {
    await runPass(pass, mutants);
    const [noticed, run] = [readJournal('killed').size, readJournal('covered').size];
    process.stderr.write(`pass ${index + 1} of ${passes.length}: ${noticed} of ${run} noticed\n`);
  }
  report(mutants);
} finally {
  await rm(folder, { recursive: true });
}

async function runPass(pass: Pass, mutants: readonly Mutant[]): Promise<void> {
  const left = [...wanted];
  const workers = Array.from({ length: availableParallelism() }, async () => {
    for (let file = left.shift(); file !== undefined; file = left.shift()) {
      const own = mutants.filter((mutant) => mutant.file === file?.replace('.test.ts', '.ts'));
      if (pass.own && own.length === 0) continue;
      const ids = own.map(({ id }) => id).join(' ');
      while (!(await runTests(file, pass, ids)));
    }
  });
  await Promise.all(workers);
}

/** Returns false if a mutant had to be ended, which counts as noticed. */
async function runTests(file: string, pass: Pass, own: string): Promise<boolean> {
  const args = ['run', '--config', 'test/mutations/core/vitest.config.ts', `test/core/${file}`];
  const current = `${file}.running.txt`;
  const vitest = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], {
    detached: true,
    stdio: 'ignore',
    env: {
      ...process.env,
      MUTANT_PASS: JSON.stringify(pass),
      MUTANTS: own,
      MUTANT_RUNNING: current,
    },
  });
  const end = once(vitest, 'exit').then(() => true);
  for (let seen = ''; ; ) {
    if (await Promise.race([end, setTimeout(patience * 1000, false, { ref: false })])) break;
    const running = runningMutant(current);
    if (running === seen && running !== '') {
      appendFileSync(journals.killed, `${running.split(' ')[0]}\n`);
      process.kill(-(vitest.pid ?? 0), 'SIGKILL');
      return false;
    }
    seen = running;
  }
  if (vitest.exitCode !== 0) {
    process.stderr.write(`${file} fails without a mutant.\n`);
    process.exitCode = 1;
  }
  return true;
}

function runningMutant(current: string): string {
  try {
    return readFileSync(current, 'utf8').trim();
  } catch {
    return '';
  }
}

function report(mutants: readonly Mutant[]): void {
  const [killed, covered] = [readJournal('killed'), readJournal('covered')];
  // What runs only when a module is loaded is not counted, as with StrykerJS's `ignoreStatic`.
  const counted = mutants.filter(({ id }) => covered.has(id));
  const survivors = counted.filter(({ id }) => !killed.has(id));
  for (const { file, line, text, replacement } of survivors) {
    process.stdout.write(`core/${file}:${line}: ${shortened(text)} → ${shortened(replacement)}\n`);
  }
  for (const [file, ofFile] of Map.groupBy(counted, (mutant) => mutant.file)) {
    process.stdout.write(`${file.padEnd(28)} ${scoreOf(ofFile, killed)}\n`);
  }
  const score = (100 * (counted.length - survivors.length)) / counted.length;
  const left = mutants.length - counted.length;
  process.stdout.write(`all ${scoreOf(counted, killed)}; not counted: ${left}\n`);
  if (score < least) process.exitCode = 1;
}

function scoreOf(mutants: readonly Mutant[], killed: ReadonlySet<string>): string {
  const count = mutants.filter(({ id }) => killed.has(id)).length;
  return `${((100 * count) / mutants.length).toFixed(1)} % (${count} of ${mutants.length})`;
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
