import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Kills a sandbox's process when this process ends, however it ends. A frozen sandbox cannot notice
 * that its parent is gone, and a killed parent cannot clean up; a shell that reads from a pipe can.
 */
export class Leash {
  readonly #shell: ChildProcess | undefined;

  constructor(pid: number) {
    if (process.platform === 'win32') return;
    this.#shell = spawn('/bin/sh', ['-c', 'read -r _; kill -9 "$1"', 'leash', String(pid)], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: {},
      detached: true, // a Ctrl-C in the terminal must not kill the shell before the sandbox
    });
    this.#shell.on('error', () => {}); // without a shell, the 'exit' listener has to suffice
  }

  /** Ends the shell, once the sandbox's process has ended. */
  async release(): Promise<void> {
    const shell = this.#shell;
    if (shell?.pid === undefined || shell.exitCode !== null || shell.signalCode !== null) return;
    const exited = once(shell, 'exit');
    shell.kill('SIGKILL');
    await exited;
  }
}
