const limit = 5;

/** Remembers, for one run, which IMS hosts have failed so often in a row that nobody asks them again. */
export class HostBreaker {
  readonly #failures = new Map<string, number>();

  isOpen(host: string): boolean {
    return (this.#failures.get(host) ?? 0) >= limit;
  }

  /** Whether this failure is the one that opens it. */
  failed(host: string): boolean {
    const failures = (this.#failures.get(host) ?? 0) + 1;
    this.#failures.set(host, failures);
    return failures === limit;
  }

  answered(host: string): void {
    if (!this.isOpen(host)) this.#failures.delete(host);
  }
}
