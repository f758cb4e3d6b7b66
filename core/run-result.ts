import type { Reason } from './decision.ts';
import { formatInstant } from './instant.ts';
import type { CredentialOutcome } from './outcome.ts';
import type { RotationStep } from './rotation.ts';
import type { RunSummary } from './run-summary.ts';

/** The result of an invocation: metadata only, and of bounded size. */
export interface RunResult {
  readonly action: 'tick' | 'renew' | 'status' | 'rotate' | 'ignore';
  /** The step of a rotation. */
  readonly step?: RotationStep | undefined;
  readonly rotator: string;
  /** Number of credentials that the run looked at. */
  readonly managed: number;
  readonly reasons: Readonly<Partial<Record<Reason, number>>>;
  readonly outcomes: Readonly<Partial<Record<CredentialOutcome['outcome'], number>>>;
  readonly credentials: readonly CredentialResult[];
  /** Number of credentials left out of `credentials`. */
  readonly truncated: number;
}

export interface CredentialResult {
  readonly name: string;
  readonly reason?: Reason | undefined;
  readonly outcome: CredentialOutcome['outcome'];
  /** RFC 3339 in UTC. */
  readonly expires_at?: string | undefined;
  /** An error code. */
  readonly code?: string | undefined;
  /** Which of several client secrets IMS accepted, counted from 1. */
  readonly client_secret_position?: number | undefined;
}

/** Counts by reason and outcome, and at most 100 entries: failures first, then renewals. */
export function runResult(
  action: RunResult['action'],
  rotator: string,
  { managed, reasons, outcomes, credentials }: RunSummary,
): RunResult {
  return {
    action,
    rotator,
    managed,
    reasons,
    outcomes,
    credentials: credentials.items.map(toResult),
    truncated: credentials.more,
  };
}

function toResult(outcome: CredentialOutcome): CredentialResult {
  const { credential, reason, token, error, statusError, standingCode } = outcome;
  return {
    name: credential,
    reason,
    outcome: outcome.outcome,
    expires_at: token && formatInstant(token.expiresAt),
    code: error?.code ?? statusError?.code ?? standingCode,
    client_secret_position: outcome.clientSecretPosition,
  };
}

/**
 * The error that fails a tick: a line for each failure that is news, and for each status that could
 * not be written, at most 100. Undefined when there is none.
 */
export function tickError({ failures }: RunSummary): AggregateError | undefined {
  const { items, more } = failures;
  if (items.length === 0) return undefined;
  const lines = items.map(
    ({ credential, failure }) => `${credential}: ${failure.code}: ${failure.message}`,
  );
  return new AggregateError(
    items.map(({ failure }) => failure),
    [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
  );
}
