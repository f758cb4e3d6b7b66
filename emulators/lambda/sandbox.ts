import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Leash } from './leash.ts';
import { LineReader } from './log-lines.ts';
import { MemoryLimit } from './memory-limit.ts';
import { type Answer, type Invocation, RuntimeApi } from './runtime-api.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How the initialisation or an invocation ended. Unless `'ready'`, the sandbox is gone. */
export type PhaseEnd = 'ready' | 'timeout' | Exit;

export interface SandboxOptions {
  readonly memoryMb: number;
  /** Called once the address of the Runtime API is known. */
  readonly environment: (runtimeApi: string) => Record<string, string>;
}

const bootstrap = join(import.meta.dirname, 'bootstrap.mjs');

// A phase is over once the runtime has asked for the next event and marked both its outputs.
const signsOfReadiness = 3;

/** An execution environment: a child process that is frozen between invocations. */
export class Sandbox {
  readonly #api = new RuntimeApi(() => this.#showReadiness());
  readonly #options: SandboxOptions;
  readonly #closed = Promise.withResolvers<void>();
  #child: ChildProcess | undefined;
  #leash: Leash | undefined;
  #memory: MemoryLimit | undefined;
  #starting: Promise<void> | undefined;
  #destruction: Promise<void> | undefined;
  #ended = false;
  #signsMissing = signsOfReadiness;
  #phase = Promise.withResolvers<PhaseEnd>();

  /** Receives each line that the function writes. */
  onLine: (line: string) => void = () => {};

  constructor(options: SandboxOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get alive(): boolean {
    return !this.#ended && this.#destruction === undefined;
  }

  /** The runtime's answer in the last phase. On Lambda, one that used too much memory had not got that far. */
  get answer(): Answer | undefined {
    return this.#memory?.exceeded ? undefined : this.#api.answer;
  }

  /** The most memory that the process has used, in megabytes; undefined on systems other than Linux. */
  get peakMemoryMb(): number | undefined {
    return this.#memory?.peakMb;
  }

  async initialise(limitMs: number): Promise<PhaseEnd> {
    this.#starting = this.#start();
    await this.#starting;
    return this.#endOfPhase(limitMs);
  }

  async invoke(invocation: Invocation, limitMs: number): Promise<PhaseEnd> {
    this.#signsMissing = signsOfReadiness;
    this.#phase = Promise.withResolvers();
    this.#signal('SIGCONT');
    this.#api.deliver(invocation);
    return await this.#endOfPhase(limitMs);
  }

  /** Kills the process at once; SIGKILL ends a stopped process too. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Resolves when the process is gone and its whole output is read. */
  destroy(): Promise<void> {
    this.#destruction ??= this.#destroy();
    return this.#destruction;
  }

  async #destroy(): Promise<void> {
    await this.#starting?.catch(() => {}); // initialise() throws this error
    this.kill();
    if (this.#child?.pid !== undefined) await this.#closed.promise;
    await Promise.all([this.#leash?.release(), this.#api.stop()]);
  }

  async #start(): Promise<void> {
    await this.#api.start();
    const child = spawn(process.execPath, [...heapOptions(this.#options.memoryMb), bootstrap], {
      env: this.#options.environment(this.#api.host),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      const reader = new LineReader(
        (line) => this.onLine(line),
        () => this.#showReadiness(),
      );
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => reader.write(chunk));
      stream.once('end', () => reader.end());
    }
    child.once('close', (code, signal) => {
      this.#ended = true;
      this.#closed.resolve();
      this.#phase.resolve({ code, signal });
    });
    await once(child, 'spawn');
    if (child.pid === undefined) return;
    this.#leash = new Leash(child.pid);
    this.#memory = new MemoryLimit(this.#options.memoryMb, child.pid, () => this.kill());
  }

  #showReadiness(): void {
    this.#signsMissing -= 1;
    if (this.#signsMissing > 0) return;
    this.#signal('SIGSTOP');
    this.#phase.resolve('ready');
  }

  async #endOfPhase(limitMs: number): Promise<PhaseEnd> {
    const deadline = setTimeout(() => this.#phase.resolve('timeout'), limitMs);
    this.#memory?.watch();
    let end = await this.#phase.promise;
    this.#memory?.unwatch();
    clearTimeout(deadline);
    if (end === 'ready' && this.#memory?.exceeded) end = { code: null, signal: 'SIGKILL' };
    if (end !== 'ready') await this.destroy();
    return end;
  }

  // Windows has neither signal: a sandbox keeps running between invocations there.
  #signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (process.platform !== 'win32') this.#child?.kill(signal);
  }
}

/** Node.js's options as the script that starts Lambda's own runtime divides the memory setting. */
export function heapOptions(memoryMb: number): readonly string[] {
  const young = Math.floor(memoryMb / 10);
  return [
    `--max-semi-space-size=${Math.floor(young / 2)}`,
    `--max-old-space-size=${memoryMb - young}`,
  ];
}
