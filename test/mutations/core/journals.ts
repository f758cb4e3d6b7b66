import { existsSync, readFileSync } from 'node:fs';

/** The quick tests are repeated first, and the slow ones for what is left. */
export type Pass = 'quick' | 'slow';

/** What is known of the mutants, in the folder of the copy, so that a killed worker loses nothing. */
export const journals = {
  /** The mutants that a test has noticed. */
  killed: 'mutants-killed.txt',
  /** Those that a test has run at all. */
  covered: 'mutants-covered.txt',
  /** The one that is running. */
  current: 'mutant-running.txt',
} as const;

export function readJournal(journal: 'killed' | 'covered'): Set<string> {
  const file = journals[journal];
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return new Set(text.split('\n').filter(Boolean));
}
