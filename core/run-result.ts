import type { Reason } from './decision.ts';
import type { RotatorError } from './errors.ts';
import { formatInstant } from './instant.ts';
import type { CredentialOutcome } from './outcome.ts';
import type { RotationStep } from './rotation.ts';

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

const mostEntries = 100;

/** Counts by reason and outcome, and at most 100 entries: failures first, then renewals. */
export function runResult(
  action: RunResult['action'],
  rotator: string,
  outcomes: readonly CredentialOutcome[],
): RunResult {
  const sorted = outcomes.toSorted((a, b) => rankOf(a) - rankOf(b));
  return {
    action,
    rotator,
    managed: outcomes.length,
    reasons: count(outcomes.flatMap(({ reason }) => (reason === undefined ? [] : [reason]))),
    outcomes: count(outcomes.map(({ outcome }) => outcome)),
    credentials: sorted.slice(0, mostEntries).map(toResult),
    truncated: Math.max(0, outcomes.length - mostEntries),
  };
}

const rank = { failed: 0, deferred: 1, renewed: 2, due: 2, kept: 3 } as const;

/** Whatever is failing comes first, also if this run did nothing about it. */
function rankOf({ outcome, failing }: CredentialOutcome): number {
  return failing ? -1 : rank[outcome];
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

function count<Key extends string>(keys: readonly Key[]): Partial<Record<Key, number>> {
  const counts: Partial<Record<Key, number>> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

/**
 * The error that fails a run of one credential, so that callers get its code as Lambda's errorType.
 * Undefined when nothing in it is news.
 */
export function credentialError({
  isNews,
  error,
  statusError,
}: CredentialOutcome): RotatorError | undefined {
  return isNews && error !== undefined ? error : statusError;
}

/**
 * The error that fails a tick: a line for each failure that is news, and for each status that could
 * not be written, at most 100. Undefined when there is none.
 */
export function tickError(outcomes: readonly CredentialOutcome[]): AggregateError | undefined {
  const failures = outcomes.flatMap(({ credential, isNews, error, statusError }) =>
    [isNews ? error : undefined, statusError].flatMap((failure) =>
      failure === undefined ? [] : [{ credential, failure }],
    ),
  );
  if (failures.length === 0) return undefined;
  const lines = failures
    .slice(0, mostEntries)
    .map(({ credential, failure }) => `${credential}: ${failure.code}: ${failure.message}`);
  const more = failures.length - lines.length;
  return new AggregateError(
    failures.map(({ failure }) => failure),
    [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
  );
}
