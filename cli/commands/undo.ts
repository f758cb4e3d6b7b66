import { CliError } from '../errors.ts';

export interface Undoing {
  readonly work: (secretName: string) => Promise<void>;
  /** The command that does the same. */
  readonly byHand: (secretName: string) => string;
}

/**
 * Undoes what was begun with some secrets before an error, and throws that error: whatever comes of
 * the undoing must not hide it, but is said with it.
 */
export async function undo(
  error: unknown,
  secretNames: readonly string[],
  { work, byHand }: Undoing,
): Promise<never> {
  const results = await Promise.allSettled(secretNames.map(work));
  const left = secretNames.filter((_, index) => results[index]?.status === 'rejected');
  if (left.length === 0 || !(error instanceof CliError)) throw error;
  throw new CliError(
    error.code,
    `${error.message}; what was begun with ${left.join(' and ')} could not be undone`,
    [...left.map(byHand), error.fix].filter(Boolean).join('; '),
    { cause: error },
  );
}
