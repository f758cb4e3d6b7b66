import { existsSync, readFileSync } from 'node:fs';

/**
 * How the tests are repeated: first the quick ones of a file for the mutants in the file of the same
 * name, then the quick ones for every mutant that is left, and then the slow ones.
 */
export type Pass = 'own' | 'quick' | 'slow';

/** What is known of the mutants, in the folder of the copy, so that a killed worker loses nothing. */
export const journals = {
  /** The mutants that a test has noticed. */
  killed: 'mutants-killed.txt',
  /** Those that a test has run at all. */
  covered: 'mutants-covered.txt',
  /** The tests that are repeated in the slow pass. */
  slow: 'tests-slow.txt',
} as const;

export function readJournal(journal: keyof typeof journals): Set<string> {
  const file = journals[journal];
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return new Set(text.split('\n').filter(Boolean));
}
