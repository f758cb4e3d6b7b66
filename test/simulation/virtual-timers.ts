import type { Clock, Timer } from './clock.ts';

interface VirtualTimer {
  readonly timer: Timer;
  unref(): VirtualTimer;
}

/** Runs work whose `setTimeout` follows the virtual clock. */
export async function withVirtualTimers(clock: Clock, work: () => Promise<void>): Promise<void> {
  const { setTimeout, clearTimeout } = globalThis;
  const virtual = {
    setTimeout: (run: () => void, milliseconds = 0): VirtualTimer => {
      const timer = clock.after(milliseconds / 1000, run);
      const handle = { timer, unref: () => handle };
      return handle;
    },
    clearTimeout: (handle?: VirtualTimer): void => {
      if (handle !== undefined) handle.timer.run = undefined;
    },
  };
  Object.assign(globalThis, virtual);
  try {
    await work();
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
}
