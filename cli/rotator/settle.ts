import { CliError, perhapsCarriedOut } from '../errors.ts';

/** The result of a write; `unknown` when AWS answered neither the write nor the look after it. */
export type Settled<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'unknown'; readonly error: CliError };

/**
 * Makes a write, and after an error finds out whether it was carried out: the response may be lost,
 * or the SDK has repeated a request that had succeeded.
 *
 * @param look what the write would have returned; undefined if it was not carried out
 */
export async function settle<Result>(
  write: () => Promise<Result>,
  look: () => Promise<Result | undefined>,
): Promise<Settled<Result>> {
  try {
    return { kind: 'done', result: await write() };
  } catch (error) {
    try {
      const result = await look();
      return result === undefined ? { kind: 'failed', error } : { kind: 'done', result };
    } catch {
      if (!(error instanceof CliError)) throw error;
      return { kind: 'unknown', error: perhapsCarriedOut(error) };
    }
  }
}

/** Makes a write like `settle`. @throws the error of a write that failed, or may have failed */
export async function settled<Result>(
  write: () => Promise<Result>,
  look: () => Promise<Result | undefined>,
): Promise<Result> {
  const outcome = await settle(write, look);
  if (outcome.kind === 'done') return outcome.result;
  throw outcome.error;
}
