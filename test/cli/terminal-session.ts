import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { onTestFinished } from 'vitest';
import { type Operator, program } from './operator.ts';

/** A command in a terminal of 80 columns, by `script` of util-linux. */
export class TerminalSession {
  readonly #child;
  readonly #closed: Promise<unknown>;
  output = '';

  constructor(operator: Operator, args: readonly string[], environment: Record<string, string>) {
    const command = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ');
    this.#child = spawn('script', ['-qec', `stty cols 80 rows 30; exec ${command}`, '/dev/null'], {
      env: {
        PATH: process.env['PATH'] ?? '',
        TERM: 'xterm-256color',
        ...operator.environment,
        ...environment,
      },
    });
    this.#closed = once(this.#child, 'close');
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    onTestFinished(() => {
      this.#child.kill('SIGKILL');
    });
  }

  /** Resolves when the text is shown. */
  async shows(text: string): Promise<void> {
    while (!this.output.includes(text)) await once(this.#child.stdout, 'data');
  }

  /** Types a text as soon as the question is shown. */
  async answer(question: string, text: string): Promise<void> {
    await this.shows(question);
    this.#child.stdin.write(text);
  }

  async exit() {
    await this.#closed;
    // A spinner redraws its line: moving to the first column counts as a line break.
    const lines = this.output
      .replaceAll('\u001B[1G', '\r')
      .split(/\r\n?/)
      .map(stripVTControlCharacters);
    return { code: this.#child.exitCode, raw: this.output, text: lines.join('\n'), lines };
  }
}

export function inTerminal(operator: Operator, ...args: readonly string[]): TerminalSession {
  return new TerminalSession(operator, args, {});
}
