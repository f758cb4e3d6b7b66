/** Work that goes on after its request was answered: rotation steps and delivered events. */
export class BackgroundWork {
  readonly #errors: unknown[] = [];
  #running = new Set<Promise<void>>();
  #stopping = new AbortController();
  #stopped = Promise.withResolvers<void>();

  /** What the functions called in the background threw. */
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

  /** Resolves when nothing runs any more, what was started meanwhile included, or at a stop. */
  async idle(): Promise<void> {
    const stopped = this.#stopped.promise;
    while (this.#running.size > 0) await Promise.race([Promise.all(this.#running), stopped]);
  }

  /** Tells what runs to stop, and no longer listens to it: a function may never return. */
  stop(): void {
    this.#stopping.abort();
    this.#stopped.resolve();
    this.#stopping = new AbortController();
    this.#stopped = Promise.withResolvers<void>();
    this.#running = new Set();
  }
}
