/**
 * A signal that aborts after some seconds, or with another signal. Unlike `AbortSignal.any` with
 * `AbortSignal.timeout`, it holds neither a timer nor a listener once it is disposed.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #timer: NodeJS.Timeout;

  constructor(seconds: number, parent: AbortSignal) {
    this.#parent = parent;
    const timedOut = (): void =>
      this.#controller.abort(
        new DOMException('The operation was aborted due to timeout', 'TimeoutError'),
      );
    this.#timer = setTimeout(timedOut, seconds * 1000).unref();
    if (parent.aborted) this.#follow();
    else parent.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  readonly #follow = (): void => this.#controller.abort(this.#parent.reason);

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#parent.removeEventListener('abort', this.#follow);
  }
}
