import { nextTick } from 'node:process';
import { setImmediate } from 'node:timers/promises';

/** Something that happens at a time; cancelled if `run` is undefined. */
export interface Timer {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Asynchronous work that the clock waits for. */
export interface Task {
  /** How many of its promises the clock will settle. */
  waits: number;
}

const mostRounds = 10_000;
const turnEvery = 1_000;

/** Resolves when no promise has anything left to do, which takes no turn of the event loop. */
function microtasks(): Promise<void> {
  return new Promise((resolve) => {
    nextTick(resolve);
  });
}

/**
 * A virtual clock in seconds since 1970. Time moves on to the next timer when all asynchronous work
 * waits for timers, so that years take seconds and every run of a seed is the same.
 */
export class Clock {
  now: number;
  readonly #heap: Timer[] = [];
  readonly #tasks = new Set<Task>();
  #order = 0;
  #settled = 0;

  constructor(now: number) {
    this.now = now;
  }

  at(time: number, run: () => void): Timer {
    this.#order += 1;
    const timer: Timer = { at: Math.max(time, this.now), order: this.#order, run };
    this.#push(timer);
    return timer;
  }

  after(seconds: number, run: () => void): Timer {
    return this.at(this.now + seconds, run);
  }

  begin(): Task {
    const task: Task = { waits: 0 };
    this.#tasks.add(task);
    return task;
  }

  end(task: Task): void {
    this.#tasks.delete(task);
  }

  /** @param isOver ends the loop early */
  async runUntil(end: number, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const timer = this.#pop();
      if (timer === undefined || timer.at > end) {
        this.now = end;
        break;
      }
      const { run } = timer;
      if (run === undefined) continue;
      this.now = timer.at;
      run();
      if (this.#tasks.size > 0) await this.#settle();
    }
  }

  async #settle(): Promise<void> {
    await microtasks();
    this.#settled += 1;
    // What is garbage is cleared away between turns of the event loop.
    if (this.#isSettled && this.#settled % turnEvery !== 0) return;
    for (let round = 0; round < mostRounds; round += 1) {
      await setImmediate();
      if (this.#isSettled) return;
    }
    throw new Error('a task waits for something that is not simulated');
  }

  get #isSettled(): boolean {
    for (const { waits } of this.#tasks) if (waits === 0) return false;
    return true;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      const above = heap[parent] as Timer;
      if (isBefore(above, timer)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = timer;
  }

  #pop(): Timer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Timer)) child += 1;
      const below = heap[child] as Timer;
      if (isBefore(last, below)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
