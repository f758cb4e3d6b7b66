import { mostHostFailures } from './budget.ts';

/** The IMS hosts that have failed too often in a row to be asked again in this run. */
export class HostBreaker {
  readonly #failures = new Map<string, number>();

  isOpen(host: string): boolean {
    return (this.#failures.get(host) ?? 0) >= mostHostFailures;
  }

  /** Returns true for the failure that opens the breaker. */
  failed(host: string): boolean {
    const failures = (this.#failures.get(host) ?? 0) + 1;
    this.#failures.set(host, failures);
    return failures === mostHostFailures;
  }

  answered(host: string): void {
    if (!this.isOpen(host)) this.#failures.delete(host);
  }
}
