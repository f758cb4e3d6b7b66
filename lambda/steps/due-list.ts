// In: what the list showed of each credential that is due. Out: the same, in the order of work.
import type { RotatorError } from '../../core/errors.ts';
import { hashName } from '../../core/name-hash.ts';
import { inOrder, type Urgency, urgencyOf } from '../../core/order.ts';
import type { Gathered } from './gather.ts';
import { observeMetadataOf } from './observe.ts';
import type { Run } from './run.ts';

interface Waiting extends Urgency {
  readonly credential: string;
  /** The secret and the client version as JSON, which takes half the memory of the objects. */
  readonly seen: string;
  readonly clientProgress: Gathered['clientProgress'];
  readonly error: RotatorError | undefined;
}

/**
 * The share of runs in which credentials that are late come last. Where no tag can be written and the
 * sandbox is new, nothing tells that they fail, and they would be the first in every run. So would
 * be those that fail before IMS is asked.
 */
const lateLastShare = 1 / 8;

/**
 * The credentials that wait for their turn, each in about a kilobyte: at most twice as many as the
 * run has time to store tokens for.
 */
export class DueList {
  readonly #run: Run;
  readonly #late: (listed: Gathered) => void;
  readonly #most: number;
  readonly #lateLast: boolean;
  readonly #salt: number;
  #waiting: Waiting[] = [];

  /** @param late takes the least urgent credentials when there is no time for them in this run */
  constructor(run: Run, late: (listed: Gathered) => void) {
    this.#run = run;
    this.#late = late;
    this.#salt = run.random();
    this.#lateLast = this.#salt < lateLastShare;
    this.#most = Math.max(1, Math.ceil(run.remaining() * run.config.writesPerSecond));
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add({ credential, secret, clientVersion, clientProgress, observation, error }: Gathered): void {
    const seen = JSON.stringify({ secret, clientVersion });
    const [lot] = hashName(`${this.#salt} ${credential}`);
    const urgency = urgencyOf(observation, lot);
    this.#waiting.push({ credential, seen, clientProgress, error, ...urgency });
    if (this.#waiting.length >= 2 * this.#most) this.#shorten();
  }

  #shorten(): void {
    const waiting = inOrder(this.#waiting, this.#lateLast);
    for (const late of waiting.splice(this.#most)) this.#late(this.#restore(late));
    this.#waiting = waiting;
  }

  /** Empties the list. Nothing is held of a credential once it is taken. */
  *take(): Generator<Gathered & { readonly place: number }> {
    const waiting = inOrder(this.#waiting, this.#lateLast).reverse();
    this.#waiting = [];
    for (let place = 0; ; place += 1) {
      const next = waiting.pop();
      if (next === undefined) return;
      yield { ...this.#restore(next), place };
    }
  }

  #restore({ credential, seen, clientProgress, error }: Waiting): Gathered {
    const { secret, clientVersion }: Pick<Gathered, 'secret' | 'clientVersion'> = JSON.parse(seen);
    const observation = observeMetadataOf(this.#run, credential, secret, clientVersion);
    return { credential, secret, clientVersion, clientProgress, observation, error };
  }
}
