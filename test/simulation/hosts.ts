import { mostFailuresInARow } from '../../lambda/steps/budget.ts';

/** The IMS hosts that one invocation has asked, and what came of it. */
export class Hosts {
  readonly #failures = new Map<string, number>();
  readonly #brokenAt = new Map<string, number>();

  /** It has failed too often in a row, or cannot be reached, and whoever asks now could know. */
  isBroken(host: string, now: number): boolean {
    return now > (this.#brokenAt.get(host) ?? now);
  }

  failed(host: string, now: number, isLasting = false): void {
    const failures = (this.#failures.get(host) ?? 0) + 1;
    this.#failures.set(host, failures);
    const isBroken = isLasting || failures >= mostFailuresInARow;
    if (isBroken && !this.#brokenAt.has(host)) this.#brokenAt.set(host, now);
  }

  answered(host: string): void {
    this.#failures.delete(host);
  }
}
