import type { Reason } from './decision.ts';
import type { RotatorError } from './errors.ts';
import { type EpochSeconds, formatInstant } from './instant.ts';
import type { RotationStep } from './rotation.ts';

/** What became of one credential in a run. */
export interface CredentialOutcome {
  readonly credential: string;
  /** Undefined when not even a decision was possible, and in a rotation, where none is made. */
  readonly reason?: Reason;
  readonly outcome: 'kept' | 'renewed' | 'failed' | 'deferred' | 'due';
  /** The token that is stored now, as far as it is known. */
  readonly token?: { readonly expiresAt: EpochSeconds; readonly lifetime: number };
  readonly error?: RotatorError;
  /** Something is wrong that lasts after this run: counted in the metric `Failing`. */
  readonly failing: boolean;
  /** The failure is a new one, so that it fails the invocation. */
  readonly began: boolean;
  /** Why it waits, by the code that its status remembers. */
  readonly standingCode?: string;
  /** The status could not be remembered. */
  readonly statusError?: RotatorError;
  /** Of a credential with several secrets, which one IMS accepted, counted from 1. */
  readonly clientSecretPosition?: number;
}

/** The answer of an invocation: metadata only, bounded whatever the number of credentials. */
export interface RunResult {
  readonly action: 'tick' | 'renew' | 'status' | 'rotate' | 'ignore';
  /** Of a rotation. */
  readonly step?: RotationStep;
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
  /** An error code. */
  readonly code?: string;
  /** Of a credential with several secrets, which one IMS accepted, counted from 1. */
  readonly client_secret_position?: number;
}

const mostEntries = 100;
/** What fails comes first, whatever became of it in this run. */
function rankOf({ outcome, failing }: CredentialOutcome): number {
  return failing ? -1 : rank[outcome];
}

const rank = { failed: 0, deferred: 1, renewed: 2, due: 2, kept: 3 } as const;

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

function toResult(outcome: CredentialOutcome): CredentialResult {
  const { reason, token, error = outcome.statusError, clientSecretPosition } = outcome;
  const code = error?.code ?? outcome.standingCode;
  return {
    name: outcome.credential,
    ...(reason === undefined ? {} : { reason }),
    outcome: outcome.outcome,
    ...(token === undefined ? {} : { expires_at: formatInstant(token.expiresAt) }),
    ...(code === undefined ? {} : { code }),
    ...(clientSecretPosition === undefined ? {} : { client_secret_position: clientSecretPosition }),
  };
}

function count<Key extends string>(keys: readonly Key[]): Partial<Record<Key, number>> {
  const counts: Partial<Record<Key, number>> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

/**
 * The error that fails an invocation: a line for each failure that began in it, and for each status
 * that could not be remembered, at most 100. Undefined when there is none.
 */
export function runError(outcomes: readonly CredentialOutcome[]): AggregateError | undefined {
  const failures = outcomes.flatMap(({ credential, began, error, statusError }) =>
    [began ? error : undefined, statusError].flatMap((failure) =>
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
