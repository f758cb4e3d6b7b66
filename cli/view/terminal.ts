import { styleText } from 'node:util';
import yoctoSpinner from 'yocto-spinner';

type Format = Parameters<typeof styleText>[0];

/** Long work, seen on a terminal only. */
export interface Progress {
  say(text: string): void;
  /** Prints lines that stay. */
  above(print: () => void): void;
  end(): void;
}

/** What a command writes to: results to stdout, the rest to stderr. Colours on a terminal only. */
export class Terminal {
  readonly #stdout: NodeJS.WriteStream;
  readonly #stderr: NodeJS.WriteStream;
  readonly #stdin: NodeJS.ReadStream;
  /** Nobody reads what is printed any more. */
  isClosed = false;

  constructor({ stdout, stderr, stdin }: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'stdin'>) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#stdin = stdin;
    stdout.once('error', () => {
      this.isClosed = true;
    });
  }

  /** Whether stdout is a terminal. */
  get isInteractive(): boolean {
    return this.#stdout.isTTY === true;
  }

  /** Whether a person can be asked. */
  get canAsk(): boolean {
    return this.#stdin.isTTY === true && this.#stderr.isTTY === true;
  }

  /** Columns of the terminal; undefined where lines may be as long as they are. */
  get columns(): number | undefined {
    return (this.isInteractive && this.#stdout.columns) || undefined;
  }

  /** The same of stderr. */
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

  /** Forgets what is on the screen. */
  clear(): void {
    if (this.isInteractive) this.#stdout.write('\u001B[2J\u001B[3J\u001B[H');
  }

  /** Coloured for stdout, if that shows colours. @see https://no-color.org/ */
  style(format: Format, text: string): string {
    return styleText(format, text, { stream: this.#stdout });
  }

  styleNote(format: Format, text: string): string {
    return styleText(format, text, { stream: this.#stderr });
  }

  progress(text: string): Progress {
    if (this.#stderr.isTTY !== true)
      return { say: () => {}, above: (print) => print(), end: () => {} };
    // Ctrl-C is the command's to handle: it may have something to finish.
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
