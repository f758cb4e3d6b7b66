/** Work that continues after the response: rotation steps and the delivery of events. */
export class BackgroundWork {
  readonly #errors: unknown[] = [];
  #running = new Set<Promise<void>>();
  #stopping = new AbortController();
  #stopped = Promise.withResolvers<void>();

  /** The errors thrown in the background. */
  get errors(): readonly unknown[] {
    return this.#errors;
  }

  start(work: (signal: AbortSignal) => void | Promise<void>): void {
    const { signal } = this.#stopping;
    const tasks = this.#running;
    const task = Promise.resolve(signal)
      .then(work)
      .catch((error: unknown) => {
        if (!signal.aborted) this.#errors.push(error);
      })
      .finally(() => tasks.delete(task));
    tasks.add(task);
  }

  /** Resolves when nothing is running, or at a stop. */
  async idle(): Promise<void> {
    const stopped = this.#stopped.promise;
    while (this.#running.size > 0) await Promise.race([Promise.all(this.#running), stopped]);
  }

  /** Aborts the running work without waiting for it: a function may never return. */
  stop(): void {
    this.#stopping.abort();
    this.#stopped.resolve();
    this.#stopping = new AbortController();
    this.#stopped = Promise.withResolvers<void>();
    this.#running = new Set();
  }
}
