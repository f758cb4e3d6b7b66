import { argumentsOf } from '../arguments.ts';

export const usage = `Usage: npm run mutate:core [-- [--quick] [WORD ...]]
       npm run mutate:core -- --report FILE

Changes each operator, condition, literal and block of core/, and shows which changes the tests do not
notice. With words, only those in the files whose name begins with one of them, and only by the tests whose
name does; by all tests, which takes minutes, if one of the files has no test of its own name.

  --quick         without the tests that take more than 50 ms
  --report FILE   writes the figures into a page, in place of its part "## Figures", which is its last
`;

export interface Options {
  readonly quick: boolean;
  /** The files of `test/core/` that are run. */
  readonly tests: readonly string[];
  /** The files of `core/` that count. */
  readonly files: ReadonlySet<string>;
  readonly isWhole: boolean;
  /** The page that gets the figures. */
  readonly report?: string | undefined;
}

/** The files that words can choose. */
export interface Names {
  readonly tests: readonly string[];
  readonly files: readonly string[];
}

/**
 * Undefined when help is asked for.
 *
 * @throws TypeError for an option that does not exist, or words that choose nothing
 */
export function parseOptions(
  args: readonly string[],
  { tests, files }: Names,
): Options | undefined {
  const { values, positionals } = argumentsOf(args, {
    quick: { type: 'boolean', default: false },
    report: { type: 'string' },
  });
  const { quick, report, help } = values;
  if (help === true) return undefined;
  if (report !== undefined && (quick || positionals.length > 0))
    throw new TypeError('--report needs all of core/: without --quick, and without words.');
  if (positionals.length === 0)
    return { quick, report, tests, files: new Set(files), isWhole: true };
  // As a survivor is shown.
  const words = positionals.map((word) => word.toLowerCase().replaceAll(/^core\/|:\d+:?$/g, ''));
  // The start of every name.
  if (words.includes('')) throw new TypeError('A word is empty.');
  const chosen = (names: readonly string[]): readonly string[] =>
    names.filter((name) => words.some((word) => ownFileOf(name).startsWith(word)));
  const [counted, own] = [chosen(files), chosen(tests)];
  if (counted.length === 0)
    throw new TypeError(`No file of core/ begins with ${positionals.join(' or ')}.`);
  const isTested = counted.every((file) => own.some((test) => ownFileOf(test) === file));
  return { quick, tests: isTested ? own : tests, files: new Set(counted), isWhole: false };
}

/** The file of `core/` that a test is named after. */
export function ownFileOf(test: string): string {
  return test.replace('.test.ts', '.ts');
}
