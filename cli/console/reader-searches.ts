import { lastReads, type SecretIds, type SecretRead } from '../aws/secret-reads.ts';
import { interrupted } from '../errors.ts';

interface Found {
  readonly at: number;
  readonly reads: readonly SecretRead[];
}

// Milliseconds. CloudTrail itself lags by minutes.
const longestAge = 60_000;

/**
 * Searches CloudTrail for who reads secrets. It allows two calls a second, to the whole account: so
 * there is one search at a time, and none again within a minute.
 */
export class ReaderSearches {
  readonly #signal: AbortSignal;
  readonly #found = new Map<string, Found>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /**
   * @param isGone true if nobody waits for the answer any more
   * @throws CliError
   */
  async of(secret: SecretIds, isGone: () => boolean): Promise<readonly SecretRead[]> {
    const found = this.#last.then(() => this.#search(secret, isGone));
    this.#last = found.catch(() => undefined);
    return await found;
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
