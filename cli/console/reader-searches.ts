import { lastReads, type SecretIds, type SecretRead } from '../aws/secret-reads.ts';
import { interrupted } from '../errors.ts';
import type { OneByOne } from './one-by-one.ts';

interface Found {
  readonly at: number;
  readonly reads: readonly SecretRead[];
}

// Milliseconds. CloudTrail itself lags by minutes.
const longestAge = 60_000;

/** Searches CloudTrail for who reads secrets, and not again within a minute. */
export class ReaderSearches {
  readonly #turns: OneByOne;
  readonly #signal: AbortSignal;
  readonly #found = new Map<string, Found>();

  /** @param turns of all searches: CloudTrail allows two calls a second, to the whole account */
  constructor(turns: OneByOne, signal: AbortSignal) {
    this.#turns = turns;
    this.#signal = signal;
  }

  /**
   * @param isGone true if nobody waits for the answer any more
   * @throws CliError
   */
  async of(secret: SecretIds, isGone: () => boolean): Promise<readonly SecretRead[]> {
    return await this.#turns.run(() => this.#search(secret, isGone));
  }

  async #search(secret: SecretIds, isGone: () => boolean): Promise<readonly SecretRead[]> {
    if (isGone()) throw interrupted();
    const now = performance.now();
    for (const [arn, { at }] of this.#found) if (now - at > longestAge) this.#found.delete(arn);
    const before = this.#found.get(secret.arn);
    if (before !== undefined) return before.reads;
    const reads = await lastReads(secret, this.#signal);
    this.#found.set(secret.arn, { at: performance.now(), reads });
    return reads;
  }
}
