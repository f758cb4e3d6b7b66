/** One way to break the project, and the test that has to notice. */
export interface Mutation {
  /** The fault, as a sentence. */
  readonly fault: string;
  readonly file: string;
  /** Occurs exactly once in the file, so that the entry cannot outlive the code that it breaks. */
  readonly find: string;
  readonly replace: string;
  /** The test file that fails. */
  readonly caughtBy: string;
  /** A part of the title of the test that fails. */
  readonly test: string;
  /** The test runs `dist/`, which has to be built of the broken sources. */
  readonly rebuild?: true;
}

/** The source, broken. @throws Error unless the text to replace occurs exactly once */
export function broken(source: string, { file, find, replace }: Mutation): string {
  const [before, after, ...more] = source.split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`"${find}" must occur exactly once in ${file}`);
  }
  return before + replace + after;
}
