type Listener<Event> = (event: Event) => void;

/** Repeats a look for all that listen, and only while somebody does. */
export class Lookers<Event> {
  readonly #look: () => Promise<number>;
  readonly #signal: AbortSignal;
  readonly #listeners = new Set<Listener<Event>>();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #nextAt = 0;

  /** @param look resolves with the seconds from its beginning to the next one; never rejects */
  constructor(look: () => Promise<number>, signal: AbortSignal) {
    this.#look = look;
    this.#signal = signal;
    signal.addEventListener('abort', () => clearTimeout(this.#timer), { once: true });
  }

  /** @returns what ends it */
  add(listener: Listener<Event>): () => void {
    this.#listeners.add(listener);
    this.#plan();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  emit(event: Event): void {
    for (const listener of this.#listeners) listener(event);
  }

  #plan(): void {
    const isIdle = this.#listeners.size === 0 || this.#signal.aborted;
    if (isIdle || this.#isLooking || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#nextAt - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#run().catch(() => undefined);
    }, wait);
  }

  async #run(): Promise<void> {
    this.#isLooking = true;
    const began = performance.now();
    try {
      const seconds = await this.#look();
      this.#nextAt = began + seconds * 1000;
    } finally {
      this.#isLooking = false;
      this.#plan();
    }
  }
}
