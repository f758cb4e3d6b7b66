import { CliError } from '../errors.ts';

/** What came of a look: `unknown` when it could not be taken, which is neither good nor bad. */
export type Finding =
  | { readonly verdict: 'ok'; readonly detail: string }
  | { readonly verdict: 'failed'; readonly detail: string; readonly fix: string }
  | { readonly verdict: 'unknown'; readonly detail: string; readonly fix?: string };

export interface Check {
  readonly title: string;
  readonly finding: Promise<Finding>;
}

export const ok = (detail: string): Finding => ({ verdict: 'ok', detail });

export const failed = (detail: string, fix: string): Finding => ({
  verdict: 'failed',
  detail,
  fix,
});

export const unknown = (detail: string, fix?: string): Finding => ({
  verdict: 'unknown',
  detail,
  ...(fix === undefined ? {} : { fix }),
});

/**
 * Begins a look. What AWS did not let be seen is unknown, with the reason; so is what rests on
 * something that could not be seen.
 */
export function check(title: string, look: () => Promise<Finding>): Check {
  const finding = look().catch((error: unknown) => {
    if (error instanceof CliError && error.code !== 'ERR_INTERRUPTED') {
      return unknown(error.message, error.fix);
    }
    throw error;
  });
  // It is awaited in its turn; until then a failure of it is nobody's.
  finding.catch(() => undefined);
  return { title, finding };
}
