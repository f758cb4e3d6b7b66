import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryDirectory } from './temporary-directory.ts';

/**
 * The one clock of a deployed function and of all servers around it. It runs on, and can be moved
 * ahead, because a client secret is retired a day after its rotation and the next one comes a month
 * later. The bundle reads its machine's clock, so `Date` is moved in its process. A file tells how
 * far: an environment variable would stay as it was while a sandbox is frozen.
 */
export class WorldClock {
  readonly #file: string;
  #aheadMs = 0;

  private constructor(directory: string) {
    this.#file = join(directory, 'ahead');
    this.#write();
  }

  static async start(): Promise<WorldClock> {
    return new WorldClock(await temporaryDirectory());
  }

  /** Epoch milliseconds. */
  readonly now = (): number => Date.now() + this.#aheadMs;

  /** The environment of a process that has this clock. */
  get environment(): Readonly<Record<string, string>> {
    const module = pathToFileURL(join(import.meta.dirname, 'moved-clock.mjs'));
    return { NODE_OPTIONS: `--import=${module.href}`, CLOCK_AHEAD_FILE: this.#file };
  }

  /** @param time in epoch milliseconds */
  moveTo(time: number): void {
    this.advance((time - this.now()) / 1000);
  }

  advance(seconds: number): void {
    if (seconds < 0) throw new RangeError('the clock cannot go back');
    this.#aheadMs += seconds * 1000;
    this.#write();
  }

  // A process that reads the file meanwhile sees the old time or the new one.
  #write(): void {
    writeFileSync(`${this.#file}.new`, String(this.#aheadMs));
    renameSync(`${this.#file}.new`, this.#file);
  }
}
