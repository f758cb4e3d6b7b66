import { parseArgs } from 'node:util';

export const usage = `Usage: npm run mutate:core [-- [--quick] [WORD ...]]

Changes each operator, condition, literal and block of core/, and shows which changes the tests do not
notice. With words, only those in the files whose name begins with one of them, and only by the tests of
these names.

  --quick   without the tests that take more than 50 ms
`;

export interface Options {
  readonly quick: boolean;
  /** The files of `test/core/` that are run. */
  readonly tests: readonly string[];
  /** The files of `core/` that count. */
  readonly files: ReadonlySet<string>;
  readonly isWhole: boolean;
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
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
  });
  const { quick, help } = values;
  if (help === true) return undefined;
  if (positionals.length === 0) return { quick, tests, files: new Set(files), isWhole: true };
  const words = positionals.map((word) => word.toLowerCase());
  const wanted = tests.filter((test) => words.some((word) => test.startsWith(word)));
  const said = positionals.join(' or ');
  if (wanted.length === 0) throw new TypeError(`No file of test/core begins with ${said}.`);
  // These tests run other files too, which have tests of their own.
  const counted = files.filter((file) => wanted.some((test) => ownFileOf(test) === file));
  if (counted.length > 0) return { quick, tests: wanted, files: new Set(counted), isWhole: false };
  throw new TypeError(`No test that begins with ${said} has a file of the same name in core/.`);
}

/** The file of `core/` that a test is named after. */
export function ownFileOf(test: string): string {
  return test.replace('.test.ts', '.ts');
}
