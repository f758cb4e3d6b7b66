import type { Clock, Task, Timer } from './clock.ts';

/** Whoever makes a call: an invocation or a reader. */
export interface Caller {
  readonly task: Task;
  /** Its process is gone, so that nothing reaches it. */
  readonly isKilled: boolean;
  inFlight: number;
}

/** The course of one call. */
export interface Course {
  /** Seconds until the request arrives and takes effect; undefined if it is lost. */
  readonly arrives: number | undefined;
  /** Seconds from there until the answer is back; undefined if it is lost. */
  readonly answers: number | undefined;
  /** Seconds after which the caller gives up. */
  readonly timeout: number;
  /** The caller is not even told that it was aborted. */
  readonly isStuck?: boolean | undefined;
  /** Called once the caller has the answer. */
  readonly answered?: (() => void) | undefined;
}

/** In: a call and its course. Out: what the server answers, when the answer is there. */
export function exchange<Output>(
  clock: Clock,
  caller: Caller,
  signal: AbortSignal,
  { arrives, answers, timeout, isStuck = false, answered }: Course,
  serve: () => Output,
): Promise<Output> {
  const { promise, resolve, reject } = Promise.withResolvers<Output>();
  let isSettled = false;
  let timer: Timer | undefined;
  const settle = (act: () => void): void => {
    if (isSettled || caller.isKilled) return;
    isSettled = true;
    if (timer !== undefined) timer.run = undefined;
    signal.removeEventListener('abort', abort);
    caller.task.waits -= 1;
    caller.inFlight -= 1;
    act();
  };
  const abort = (): void => settle(() => reject(signal.reason));
  caller.task.waits += 1;
  caller.inFlight += 1;
  if (!isStuck) {
    signal.addEventListener('abort', abort);
    const isInTime = arrives !== undefined && answers !== undefined && arrives + answers < timeout;
    if (!isInTime) timer = clock.after(timeout, () => settle(() => reject(timedOut())));
    if (signal.aborted) clock.after(0, abort);
  }
  if (arrives !== undefined) {
    clock.after(arrives, () => {
      const outcome = outcomeOf(serve, resolve, reject);
      const deliver = (): void => {
        outcome();
        answered?.();
      };
      if (answers === 0) settle(deliver);
      else if (answers !== undefined && !isStuck) clock.after(answers, () => settle(deliver));
    });
  }
  return promise;
}

function outcomeOf<Output>(
  serve: () => Output,
  resolve: (output: Output) => void,
  reject: (error: unknown) => void,
): () => void {
  try {
    const output = serve();
    return () => resolve(output);
  } catch (error) {
    return () => reject(error);
  }
}

function timedOut(): Error {
  return new DOMException('no answer in time', 'TimeoutError');
}
