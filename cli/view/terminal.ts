import { randomUUID } from 'node:crypto';
import { styleText } from 'node:util';
import yoctoSpinner from 'yocto-spinner';
import { printable, printableJson } from './printable.ts';

type Format = Parameters<typeof styleText>[0];

/** A spinner for long work, on a terminal only. */
export interface Progress {
  say(text: string): void;
  /** Prints lines that stay. */
  above(print: () => void): void;
  end(): void;
}

const startOfSequence = '\u001B';

/**
 * Results go to stdout, everything else to stderr. Colours show on a terminal only. Whatever is
 * printed may come from elsewhere: its control characters are replaced here.
 */
export class Terminal {
  // Stands for ESC in styled text, so that no text from elsewhere can style anything.
  readonly #ownEscape = randomUUID();
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

  print(...lines: readonly string[]): void {
    this.#stdout.write(this.#shown(lines));
  }

  printJson(value: unknown): void {
    this.#stdout.write(`${printableJson(value, 2)}\n`);
  }

  /** Prints JSON on one line. */
  printJsonLine(value: unknown): void {
    this.#stdout.write(`${printableJson(value)}\n`);
  }

  /** Prints lines for another program as they are; to a terminal like all others. */
  printExact(...lines: readonly string[]): void {
    if (this.isInteractive) this.print(...lines);
    else this.#stdout.write(`${lines.join('\n')}\n`);
  }

  note(...lines: readonly string[]): void {
    this.#stderr.write(this.#shown(lines));
  }

  #shown(lines: readonly string[]): string {
    return lines
      .map((line) => `${printable(line).replaceAll(this.#ownEscape, startOfSequence)}\n`)
      .join('');
  }

  /** Clears the screen and its history. */
  clear(): void {
    if (this.isInteractive)
      this.#stdout.write(`${startOfSequence}[2J${startOfSequence}[3J${startOfSequence}[H`);
  }

  /** Styles text for stdout, if stdout shows colours. @see https://no-color.org/ */
  style(format: Format, text: string): string {
    return this.#styled(format, text, this.#stdout);
  }

  styleNote(format: Format, text: string): string {
    return this.#styled(format, text, this.#stderr);
  }

  #styled(format: Format, text: string, stream: NodeJS.WriteStream): string {
    return styleText(format, printable(text), { stream }).replaceAll(
      startOfSequence,
      this.#ownEscape,
    );
  }

  progress(text: string): Progress {
    if (this.#stderr.isTTY !== true)
      return { say: () => {}, above: (print) => print(), end: () => {} };
    // The command handles Ctrl-C: it may have something to finish.
    const spinner = yoctoSpinner({
      text: printable(text),
      stream: this.#stderr,
      handleSignals: false,
    }).start();
    return {
      say: (next) => {
        spinner.text = printable(next);
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
