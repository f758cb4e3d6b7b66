import { readFileSync } from 'node:fs';

// Milliseconds. The kernel keeps the peak, so that nothing is missed between two looks.
const interval = 100;

/**
 * Kills a sandbox's process once it has used more memory than it is given, as the kernel does on
 * Lambda. Only Linux says how much a process has used.
 */
export class MemoryLimit {
  readonly #limitMb: number;
  readonly #pid: number;
  readonly #kill: () => void;
  #timer: NodeJS.Timeout | undefined;
  #peakMb: number | undefined;

  constructor(limitMb: number, pid: number, kill: () => void) {
    this.#limitMb = limitMb;
    this.#pid = pid;
    this.#kill = kill;
  }

  /** The most that the process has used, up to its limit. */
  get peakMb(): number | undefined {
    return this.#peakMb === undefined ? undefined : Math.min(this.#peakMb, this.#limitMb);
  }

  get exceeded(): boolean {
    return this.#peakMb !== undefined && this.#peakMb > this.#limitMb;
  }

  /** Begins to watch, for example because the process is no longer frozen. */
  watch(): void {
    this.#timer ??= setInterval(() => this.#look(), interval).unref();
  }

  /** Ends with a last look. */
  unwatch(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#look();
  }

  #look(): void {
    this.#peakMb = peakOf(this.#pid) ?? this.#peakMb;
    if (this.exceeded) this.#kill();
  }
}

function peakOf(pid: number): number | undefined {
  try {
    const kibibytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : Math.ceil(Number(kibibytes) / 1024);
  } catch {
    return undefined; // the process is gone, or this is not Linux
  }
}
