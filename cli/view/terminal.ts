import { styleText } from 'node:util';
import yoctoSpinner from 'yocto-spinner';

type Format = Parameters<typeof styleText>[0];

/** A spinner for long work, on a terminal only. */
export interface Progress {
  say(text: string): void;
  /** Prints lines that stay. */
  above(print: () => void): void;
  end(): void;
}

/** Results go to stdout, everything else to stderr. Colours show on a terminal only. */
export class Terminal {
  readonly #stdout: NodeJS.WriteStream;
  readonly #stderr: NodeJS.WriteStream;
  readonly #stdin: NodeJS.ReadStream;
  /** True once the reader of stdout is gone. */
  isClosed = false;

  constructor({ stdout, stderr, stdin }: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'stdin'>) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#stdin = stdin;
    stdout.once('error', () => {
      this.isClosed = true;
    });
  }

  /** True if stdout is a terminal. */
  get isInteractive(): boolean {
    return this.#stdout.isTTY === true;
  }

  /** True if the command can ask a person. */
  get canAsk(): boolean {
    return this.#stdin.isTTY === true && this.#stderr.isTTY === true;
  }

  /** Columns of stdout's terminal; undefined where lines may have any length. */
  get columns(): number | undefined {
    return (this.isInteractive && this.#stdout.columns) || undefined;
  }

  /** Columns of stderr's terminal. */
  get noteColumns(): number | undefined {
    return this.#stderr.isTTY === true ? this.#stderr.columns : undefined;
  }

  get rows(): number | undefined {
    return (this.isInteractive && this.#stdout.rows) || undefined;
  }

  print(text: string): void {
    this.#stdout.write(`${text}\n`);
  }

  printJson(value: unknown): void {
    this.print(JSON.stringify(value, null, 2));
  }

  note(text: string): void {
    this.#stderr.write(`${text}\n`);
  }

  /** Clears the screen and its history. */
  clear(): void {
    if (this.isInteractive) this.#stdout.write('\u001B[2J\u001B[3J\u001B[H');
  }

  /** Styles text for stdout, if stdout shows colours. @see https://no-color.org/ */
  style(format: Format, text: string): string {
    return styleText(format, text, { stream: this.#stdout });
  }

  styleNote(format: Format, text: string): string {
    return styleText(format, text, { stream: this.#stderr });
  }

  progress(text: string): Progress {
    if (this.#stderr.isTTY !== true)
      return { say: () => {}, above: (print) => print(), end: () => {} };
    // The command handles Ctrl-C: it may have something to finish.
    const spinner = yoctoSpinner({ text, stream: this.#stderr, handleSignals: false }).start();
    return {
      say: (next) => {
        spinner.text = next;
      },
      above: (print) => {
        spinner.clear();
        print();
      },
      end: () => {
        spinner.stop();
      },
    };
  }

  get stdin(): NodeJS.ReadStream {
    return this.#stdin;
  }
}
