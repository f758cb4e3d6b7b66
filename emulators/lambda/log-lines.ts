const maxLineLength = 256 * 1024;
const readyMark = '\0ready';

/** Splits a sandbox's output into lines, and detects the runtime's marks between invocations. */
export class LineReader {
  readonly #onLine: (line: string) => void;
  readonly #onReady: () => void;
  #rest = '';

  constructor(onLine: (line: string) => void, onReady: () => void) {
    this.#onLine = onLine;
    this.#onReady = onReady;
  }

  write(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
    if (this.#rest.length > maxLineLength) this.end();
  }

  end(): void {
    this.#take(this.#rest);
    this.#rest = '';
  }

  #take(line: string): void {
    if (line === readyMark) this.#onReady();
    else if (line !== '') this.#onLine(line);
  }
}

/** The newest lines of a log. */
export class LogTail {
  readonly #maxLines: number;
  #lines: string[] = [];

  constructor(maxLines = 10_000) {
    this.#maxLines = maxLines;
  }

  get lines(): readonly string[] {
    return this.#lines.slice(-this.#maxLines);
  }

  append(line: string): void {
    this.#lines.push(line);
    // Each cut copies the log, so it is cut only when twice as long as needed.
    if (this.#lines.length >= 2 * this.#maxLines) this.#lines = this.#lines.slice(-this.#maxLines);
  }
}
