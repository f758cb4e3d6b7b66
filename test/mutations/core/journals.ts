import { existsSync, readFileSync } from 'node:fs';

/** Which tests are repeated, and for which mutants. */
export interface Pass {
  /** Only for the mutants in the file of the same name. */
  readonly own: boolean;
  /** Milliseconds of the processor that a test takes at least. */
  readonly from: number;
  /** Milliseconds that it does not reach. */
  readonly to: number;
}

/** What is known of the mutants, in the folder of the copy, so that a killed worker loses nothing. */
export const journals = {
  /** The mutants that a test has noticed. */
  killed: 'mutants-killed.txt',
  /** Those that a test has run at all. */
  covered: 'mutants-covered.txt',
  /** The tests that have been repeated for the mutants of their own file. */
  ownRepeated: 'tests-own-repeated.txt',
  /** Those that have been repeated for the mutants of all files. */
  allRepeated: 'tests-all-repeated.txt',
  /** Those that this pass has not repeated for the time that they take. */
  passedOver: 'tests-passed-over.txt',
} as const;

export function readJournal(journal: keyof typeof journals): Set<string> {
  const file = journals[journal];
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return new Set(text.split('\n').filter(Boolean));
}
