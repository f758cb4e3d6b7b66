import { appendFileSync, openSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { type RunnerTestCase, TestRunner } from 'vitest';
import { journals, type Pass, readJournal } from './journals.ts';

interface Stryker {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage: {
    readonly static: Record<string, number>;
    perTest: Record<string, Record<string, number>>;
  };
}

/** The switches that StrykerJS's code looks at. */
const stryker: Stryker = Object.assign(globalThis, {
  __stryker__: { mutantCoverage: { static: {}, perTest: {} } },
}).__stryker__;

const pass: Pass = JSON.parse(process.env['MUTANT_PASS'] ?? '');
const tried = new Set(process.env['MUTANTS']?.split(' '));
const killed = readJournal('killed');
const covered = readJournal('covered');
const repeated = pass.own ? 'ownRepeated' : 'allRepeated';
const repeatedTests = readJournal(repeated);
const passedOver = readJournal('passedOver');
const current = openSync(process.env['MUTANT_RUNNING'] ?? '', 'w');

/**
 * Runs each test once as it is, and then once for each mutant in the code that it has run. `core/` is
 * pure, so that a test can be repeated; a worker for each mutant would take a hundred times as long.
 */
export default class MutantRunner extends TestRunner {
  async runTask(test: RunnerTestCase): Promise<void> {
    const run = TestRunner.getTestFn(test);
    stryker.mutantCoverage.perTest = {};
    stryker.currentTestId = 'this';
    // Of this thread's processor: by the clock, others' work would decide which tests are quick.
    const before = process.threadCpuUsage();
    try {
      await run();
    } finally {
      stryker.currentTestId = undefined;
    }
    const { user, system } = process.threadCpuUsage(before);
    const took = (user + system) / 1_000;
    const isRepeated = took >= pass.from && took < pass.to;
    for (const [id, hits] of Object.entries(stryker.mutantCoverage.perTest['this'] ?? {})) {
      note('covered', covered, id);
      if (killed.has(id) || !tried.has(id)) continue;
      if (isRepeated) note(repeated, repeatedTests, test.id);
      else note('passedOver', passedOver, test.id);
      if (!isRepeated) continue;
      // Or vitest would take the worker for one that hangs.
      await setImmediate();
      if (!(await survives(id, hits, run))) note('killed', killed, id);
    }
  }
}

async function survives(id: string, hits: number, run: () => unknown): Promise<boolean> {
  // Tells the parent, which ends a mutant that never ends.
  tellRunning(`${id} ${performance.now()}`);
  Object.assign(stryker, { activeMutant: id, hitCount: 0, hitLimit: 100 * hits + 100 });
  try {
    await run();
    return true;
  } catch {
    return false;
  } finally {
    Object.assign(stryker, { activeMutant: undefined, hitCount: undefined });
    tellRunning('');
  }
}

function tellRunning(text: string): void {
  writeSync(current, text.padEnd(32), 0);
}

function note(journal: keyof typeof journals, known: Set<string>, entry: string): void {
  if (known.has(entry)) return;
  known.add(entry);
  appendFileSync(journals[journal], `${entry}\n`);
}
