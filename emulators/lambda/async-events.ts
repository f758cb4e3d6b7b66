import { setTimeout as delay } from 'node:timers/promises';
import type { FunctionEvent, LambdaFunction } from './function.ts';

/** An asynchronous event that Lambda has dropped. */
export interface DroppedEvent {
  readonly functionName: string;
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  readonly reason: 'EventAgeExceeded' | 'RetriesExhausted';
}

export interface AsyncEventsOptions {
  readonly now: () => number;
  /** The delays before the first and the second retry. */
  readonly retryDelaysMs: readonly number[];
  /** The first delay of a throttled event. It doubles each time, up to five minutes. */
  readonly throttleDelayMs: number;
  readonly onDropped: (event: DroppedEvent) => void;
}

const maxThrottleDelayMs = 5 * 60_000;

/** Lambda's queue of asynchronous invocations. */
export class AsyncEvents {
  readonly #options: AsyncEventsOptions;
  readonly #pending = new Set<Promise<void>>();
  #running = new AbortController();

  constructor(options: AsyncEventsOptions) {
    this.#options = options;
  }

  accept(target: LambdaFunction, event: FunctionEvent): void {
    const work = this.#deliver(target, event, this.#running.signal).finally(() =>
      this.#pending.delete(work),
    );
    this.#pending.add(work);
  }

  /** Resolves when every event is handled or dropped. */
  async idle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** Discards the events that wait for another attempt. */
  async stop(): Promise<void> {
    this.#running.abort();
    await this.idle();
    this.#running = new AbortController();
  }

  async #deliver(
    target: LambdaFunction,
    event: FunctionEvent,
    stopped: AbortSignal,
  ): Promise<void> {
    const { functionName, maximumRetryAttempts = 2 } = target.definition;
    const { requestId, payload } = event;
    const maxAgeMs = (target.definition.maximumEventAgeSeconds ?? 21_600) * 1000;
    const acceptedAt = this.#options.now();
    const drop = (reason: DroppedEvent['reason']): void =>
      this.#options.onDropped({ functionName, requestId, payload, reason });
    let retries = 0;
    let throttles = 0;
    while (!stopped.aborted) {
      const result = await attempt(target, event);
      if (result === 'handled' || stopped.aborted) return;
      if (result === 'failed' && retries >= maximumRetryAttempts) return drop('RetriesExhausted');
      const delayMs =
        result === 'failed' ? this.#retryDelay(retries++) : this.#backOff(throttles++);
      if (this.#options.now() - acceptedAt + delayMs > maxAgeMs) return drop('EventAgeExceeded');
      await delay(delayMs, undefined, { signal: stopped }).catch(() => {}); // the loop sees the abort
    }
  }

  #retryDelay(retries: number): number {
    return this.#options.retryDelaysMs.at(retries) ?? this.#options.retryDelaysMs.at(-1) ?? 0;
  }

  #backOff(throttles: number): number {
    return Math.min(this.#options.throttleDelayMs * 2 ** throttles, maxThrottleDelayMs);
  }
}

async function attempt(
  target: LambdaFunction,
  event: FunctionEvent,
): Promise<'handled' | 'failed' | 'refused'> {
  try {
    const { status } = await target.invoke(event);
    return status === 'success' ? 'handled' : 'failed';
  } catch {
    return 'refused'; // throttled, or no sandbox: that does not count as one of the retries
  }
}
