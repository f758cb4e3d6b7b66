import { constants } from 'node:os';

// npm passes a Ctrl-C on to its child, which may have it from the terminal already.
const sameSignalMs = 500;

export interface Ends {
  /** At the first signal. */
  readonly stop: () => void;
  /** When another signal would end the process. */
  readonly warn: () => void;
  /** At that signal, with the exit code of a process that it ends. */
  readonly end: (code: number) => void;
}

/** Lets a run clean up when it is interrupted, or its terminal is closed, unless that is asked twice. */
export function onSignals({ stop, warn, end }: Ends): void {
  let state: 'running' | 'stopping' | 'warned' = 'running';
  const warned = (): void => {
    state = 'warned';
    warn();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (state === 'warned') end(128 + constants.signals[signal]);
      if (state !== 'running') return;
      state = 'stopping';
      stop();
      setTimeout(warned, sameSignalMs).unref();
    });
  }
}
