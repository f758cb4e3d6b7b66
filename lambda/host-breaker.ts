const limit = 5;

/** Remembers, for one run, which IMS hosts have failed so often in a row that nobody asks them again. */
export class HostBreaker {
  readonly #failures = new Map<string, number>();

  isOpen(host: string): boolean {
    return (this.#failures.get(host) ?? 0) >= limit;
  }

  failed(host: string): void {
    this.#failures.set(host, (this.#failures.get(host) ?? 0) + 1);
  }

  answered(host: string): void {
    if (!this.isOpen(host)) this.#failures.delete(host);
  }
}
