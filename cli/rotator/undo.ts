import { CliError } from '../errors.ts';

export interface Undoing {
  readonly work: (secretName: string) => Promise<void>;
  /** The command that does the same. */
  readonly byHand: (secretName: string) => string;
}

/**
 * Undoes what was done to some secrets before an error, then throws that error. A failure to undo
 * is added to it and never hides it.
 */
export async function undo(
  error: unknown,
  secretNames: readonly string[],
  { work, byHand }: Undoing,
): Promise<never> {
  const results = await Promise.allSettled(secretNames.map(work));
  const left = secretNames.filter((_, index) => results[index]?.status === 'rejected');
  if (left.length === 0 || !(error instanceof CliError)) throw error;
  const problems = left.map((name) => ({ field: name, message: `needs: ${byHand(name)}` }));
  throw new CliError(
    error.code,
    `${error.summary}; the changes made so far could not be undone`,
    error.fix,
    { problems: [...error.problems, ...problems], cause: error },
  );
}
