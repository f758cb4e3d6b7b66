import { CliError } from '../errors.ts';

/** The result of a check; `unknown` when it could not be made, which is neither good nor bad. */
export type Finding =
  | { readonly verdict: 'ok'; readonly detail: string }
  | { readonly verdict: 'failed'; readonly detail: string; readonly fix: string }
  | { readonly verdict: 'unknown'; readonly detail: string; readonly fix?: string | undefined };

export interface Check {
  readonly title: string;
  readonly finding: Promise<Finding>;
  /** True after a finding that is unknown because a call to AWS failed. */
  readonly isBlind: () => boolean;
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
  fix,
});

/** The fix for whatever a deployment sets up. */
export const deployAgain = 'deploy the stack again: npx cdk deploy';

/** Starts a check. A failed call to AWS makes the finding unknown, with the reason. */
export function check(title: string, examine: () => Promise<Finding>): Check {
  let isBlind = false;
  const finding = examine().catch((error: unknown) => {
    if (error instanceof CliError && error.code !== 'ERR_INTERRUPTED') {
      isBlind = true;
      return unknown(error.message, error.fix);
    }
    throw error;
  });
  // The report awaits it later; until then a rejection has no handler.
  finding.catch(() => undefined);
  return { title, finding, isBlind: () => isBlind };
}
