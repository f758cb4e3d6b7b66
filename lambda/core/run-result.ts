import type { Reason } from './decision.ts';
import type { ErrorCode, RenewalError } from './errors.ts';
import { type EpochSeconds, formatInstant } from './instant.ts';

/** What became of one credential in a run. */
export interface CredentialOutcome {
  readonly credential: string;
  /** Undefined when not even a decision was possible. */
  readonly reason?: Reason;
  readonly outcome: 'kept' | 'renewed' | 'failed' | 'deferred' | 'due';
  /** Of the token that is stored now. */
  readonly expiresAt?: EpochSeconds;
  readonly error?: RenewalError;
}

/** The answer of an invocation: metadata only, bounded whatever the number of credentials. */
export interface RunResult {
  readonly action: 'tick' | 'renew' | 'status';
  readonly rotator: string;
  /** How many credentials the run looked at. */
  readonly managed: number;
  readonly reasons: Readonly<Partial<Record<Reason, number>>>;
  readonly outcomes: Readonly<Partial<Record<CredentialOutcome['outcome'], number>>>;
  readonly credentials: readonly CredentialResult[];
  /** How many credentials did not fit into `credentials`. */
  readonly truncated: number;
}

export interface CredentialResult {
  readonly name: string;
  readonly reason?: Reason;
  readonly outcome: CredentialOutcome['outcome'];
  /** RFC 3339 in UTC. */
  readonly expires_at?: string;
  readonly code?: ErrorCode;
}

const mostEntries = 100;
const rank = { failed: 0, deferred: 1, renewed: 2, due: 2, kept: 3 } as const;

/** Counts by reason and outcome, and at most 100 entries: failures first, then renewals. */
export function runResult(
  action: RunResult['action'],
  rotator: string,
  outcomes: readonly CredentialOutcome[],
): RunResult {
  const sorted = outcomes.toSorted((a, b) => rank[a.outcome] - rank[b.outcome]);
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

function toResult({ credential, reason, outcome, expiresAt, error }: CredentialOutcome) {
  return {
    name: credential,
    ...(reason === undefined ? {} : { reason }),
    outcome,
    ...(expiresAt === undefined ? {} : { expires_at: formatInstant(expiresAt) }),
    ...(error === undefined ? {} : { code: error.code }),
  } satisfies CredentialResult;
}

function count<Key extends string>(keys: readonly Key[]): Partial<Record<Key, number>> {
  const counts: Partial<Record<Key, number>> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
