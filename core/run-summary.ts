import type { Reason } from './decision.ts';
import type { RotatorError } from './errors.ts';
import { Foremost } from './foremost.ts';
import { LeastLife } from './least-life.ts';
import type { CredentialOutcome } from './outcome.ts';
import { isShortLived } from './renew-before.ts';

/** Something that fails an invocation. */
export interface Failure {
  readonly credential: string;
  readonly failure: RotatorError;
}

type Counts<Key extends string> = Partial<Record<Key, number>>;

/** The most credentials, and the most failures, that a result names. */
const mostEntries = 100;

// They are properties of one line in the embedded metric format.
const mostNames = 10;

const rank = { failed: 0, deferred: 1, renewed: 2, due: 2, kept: 3 } as const;

/**
 * Everything that is reported of a run. Outcomes are reduced as they come, so that its size does not
 * depend on their number.
 */
export class RunSummary {
  readonly reasons: Counts<Reason> = {};
  readonly outcomes: Counts<CredentialOutcome['outcome']> = {};
  /** At most a hundred outcomes: whatever is failing first, then failures, then renewals. */
  readonly credentials = new Foremost<CredentialOutcome>(mostEntries);
  /** Failures that are news, and statuses that could not be written. */
  readonly failures = new Foremost<Failure>(mostEntries);
  readonly failingNames = new Foremost<string>(mostNames);
  readonly overdueNames = new Foremost<string>(mostNames);
  readonly leastLife = new LeastLife();
  readonly leastPausedLife = new LeastLife();
  readonly #tick: number;
  #managed = 0;
  #failing = 0;
  #shortLived = 0;
  #failedReplicas = 0;
  #rotating = 0;
  #overdue = 0;

  /** @param tick seconds between two ticks */
  constructor(tick: number) {
    this.#tick = tick;
  }

  get managed(): number {
    return this.#managed;
  }

  get failing(): number {
    return this.#failing;
  }

  /** Renewed tokens whose lifetime is too short. */
  get shortLived(): number {
    return this.#shortLived;
  }

  /** Renewed token secrets that had a replica that was not up to date. */
  get failedReplicas(): number {
    return this.#failedReplicas;
  }

  /** Client secrets that Secrets Manager rotates. */
  get rotating(): number {
    return this.#rotating;
  }

  /** Those of them whose rotation is late. */
  get overdue(): number {
    return this.#overdue;
  }

  /** @param place the credential's place in the order of work; those without work come last */
  add(outcome: CredentialOutcome, place = Number.POSITIVE_INFINITY): void {
    const { credential, reason, token } = outcome;
    // A client secret that has leaked may still work, however well tokens are renewed.
    const isLeakOpen = outcome.clientProgress?.isLeakOpen === true;
    const failing = outcome.failing || isLeakOpen;
    this.#managed += 1;
    count(this.outcomes, outcome.outcome);
    if (reason !== undefined) count(this.reasons, reason);
    // Whatever is failing comes first, also if this run did nothing about it.
    this.credentials.add(outcome, { rank: failing ? -1 : rank[outcome.outcome], place });
    this.#addFailures(outcome, place);
    if (failing) {
      this.#failing += 1;
      this.failingNames.add(credential, { rank: isLeakOpen ? -1 : 0, place });
    }
    this.#addRotation(outcome, place);
    if (outcome.hasFailedReplica === true) this.#failedReplicas += 1;
    if (token === undefined) return;
    const least = reason === 'paused' ? this.leastPausedLife : this.leastLife;
    least.add(credential, token);
    if (outcome.found !== undefined) least.add(credential, outcome.found);
    if (outcome.outcome === 'renewed' && isShortLived(token, this.#tick)) this.#shortLived += 1;
  }

  #addRotation({ credential, clientProgress }: CredentialOutcome, place: number): void {
    const rotation = clientProgress?.rotation;
    if (rotation === undefined) return;
    this.#rotating += 1;
    if (rotation !== 'overdue') return;
    this.#overdue += 1;
    this.overdueNames.add(credential, { place });
  }

  #addFailures({ credential, isNews, error, statusError }: CredentialOutcome, place: number): void {
    for (const failure of [isNews ? error : undefined, statusError]) {
      if (failure !== undefined) this.failures.add({ credential, failure }, { place });
    }
  }
}

function count<Key extends string>(counts: Counts<Key>, key: Key): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
