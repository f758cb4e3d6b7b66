import type { CommonOptions } from '../common-options.ts';
import type { Renewal } from '../rotator/renewal.ts';
import { explainFailure } from './failure.ts';

/** A renewal that did not fail. */
export function renewalWords({ name, outcome, reason, expires_at }: Renewal): string {
  const until = expires_at === undefined ? '' : `, expires at ${expires_at}`;
  const why = reason === undefined ? '' : ` (${reason})`;
  return `${name} ${outcome}${why}${until}`;
}

/** The fix for a renewal that failed. */
export function renewalFix({ name, code = '', fix }: Renewal, options: CommonOptions): string {
  return fix ?? explainFailure({ code }, name, options).fix;
}
