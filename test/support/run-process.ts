import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Exit {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of this project as a process, which gets only PATH from this one's environment. */
export class RunningProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  stdout = '';
  stderr = '';

  constructor(
    script: string,
    args: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
    input?: string,
  ) {
    this.#child = spawn(process.execPath, [script, ...args], {
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '', ...environment },
    });
    this.#exit = once(this.#child, 'close');
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    if (input !== undefined) this.#child.stdin?.end(input);
    onTestFinished(() => {
      this.#child.kill('SIGKILL');
    });
  }

  /** Resolves when stdout, or stderr, matches; rejects if the process ends first. */
  async printed(pattern: RegExp, stream: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this[stream]);
      if (match !== null) return match;
      const ended = await Promise.race([
        once(this.#child[stream] ?? this.#child, 'data').then(() => false),
        this.#exit.then(() => true),
      ]);
      if (ended) throw new Error(`ended without printing ${pattern}: ${this.stdout}${this.stderr}`);
    }
  }

  /** Resolves once the process has a file open, as Linux tells. A pipe that is opened to wait for its writer is not. */
  async opened(file: string): Promise<void> {
    const folder = `/proc/${this.#child.pid}/fd`;
    for (;;) {
      const open = await readdir(folder).catch(() => []);
      const files = await Promise.all(
        open.map((descriptor) => readlink(`${folder}/${descriptor}`).catch(() => '')),
      );
      if (files.includes(file)) return;
      if (this.#child.exitCode !== null) throw new Error(`ended without opening ${file}`);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** What it printed, without the endpoints on this machine, which are in nearly each test's environment. */
  async exit(): Promise<Exit> {
    await this.#exit;
    const stderr = withoutEndpoints(this.stderr);
    return { code: this.#child.exitCode, stdout: this.stdout, stderr };
  }
}

/** Leaves out the lines that show endpoints on this machine. */
export function withoutEndpoints(stderr: string): string {
  return stderr.replaceAll(/^[A-Z_]+: [A-Za-z ]+ is called at http:\/\/127\.0\.0\.1:\d+\n/gm, '');
}
