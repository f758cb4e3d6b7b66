import { randomBytes } from 'node:crypto';
import { AwsError } from '../wire/errors.ts';
import {
  type FunctionDefinition,
  type RoleCredentials,
  sandboxEnvironment,
} from './environment.ts';
import { runIn } from './invocation.ts';
import { LogTail } from './log-lines.ts';
import type { Outcome } from './outcome.ts';
import { Sandbox } from './sandbox.ts';

/** The outcome of one invocation, and the lines logged during it. */
export interface InvocationRecord extends Outcome {
  readonly logs: readonly string[];
}

/** One event for a function. */
export interface FunctionEvent {
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  /** As the caller named the function: with a qualifier if that had one. */
  readonly functionArn: string;
}

/** The result of an invocation, or why it was refused. */
export type InvocationOutcome = Outcome['status'] | 'throttled';

export interface FunctionSurroundings {
  readonly arn: string;
  readonly region: string;
  readonly now: () => number;
  readonly credentials: RoleCredentials;
  readonly initTimeoutMs: number;
  readonly onLog: (line: string) => void;
  /** @param durationMs undefined for an invocation that was throttled */
  readonly onInvoked: (outcome: InvocationOutcome, durationMs?: number | undefined) => void;
}

/** A function and its sandboxes: warm ones are reused, concurrent invocations get new ones. */
export class LambdaFunction {
  readonly definition: FunctionDefinition;
  readonly surroundings: FunctionSurroundings;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly #log = new LogTail();
  readonly #sandboxes = new Set<Sandbox>();
  readonly #inFlight = new Set<Promise<InvocationRecord>>();
  #idle: Sandbox[] = [];

  constructor(definition: FunctionDefinition, surroundings: FunctionSurroundings) {
    this.definition = definition;
    this.surroundings = surroundings;
    this.timeoutMs = (definition.timeoutSeconds ?? 3) * 1000;
    this.memoryMb = definition.memoryMb ?? 128;
  }

  get logs(): readonly string[] {
    return this.#log.lines;
  }

  get processIds(): readonly number[] {
    return [...this.#sandboxes].flatMap(({ alive, pid }) => (alive && pid ? [pid] : []));
  }

  /** @throws AwsError `TooManyRequestsException` if the reserved concurrency is exhausted */
  async invoke(event: FunctionEvent): Promise<InvocationRecord> {
    const { reservedConcurrency = Number.POSITIVE_INFINITY } = this.definition;
    if (this.#inFlight.size >= reservedConcurrency) {
      this.surroundings.onInvoked('throttled');
      throw new AwsError(
        'TooManyRequestsException',
        'Rate Exceeded.',
        429,
        'ReservedFunctionConcurrentInvocationLimitExceeded',
      );
    }
    const run = this.#run(event);
    this.#inFlight.add(run);
    try {
      return await run;
    } finally {
      this.#inFlight.delete(run);
    }
  }

  kill(): void {
    for (const sandbox of this.#sandboxes) sandbox.kill();
  }

  /** Discards the warm sandboxes with all that they remember, as Lambda does when it likes. */
  async discardIdle(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((sandbox) => this.#discard(sandbox)));
  }

  async stop(): Promise<void> {
    this.#idle = [];
    await Promise.all([...this.#sandboxes].map((sandbox) => this.#discard(sandbox)));
    await Promise.allSettled(this.#inFlight);
  }

  async #run(event: FunctionEvent): Promise<InvocationRecord> {
    const tail = new LogTail();
    const log = (line: string): void => {
      tail.append(line);
      this.#write(line);
    };
    const warm = this.#takeIdle();
    const sandbox = warm ?? this.#newSandbox();
    sandbox.onLine = log;
    const began = performance.now();
    try {
      const outcome = await runIn(sandbox, {
        ...event,
        now: this.surroundings.now,
        cold: warm === undefined,
        loggingFormat: this.definition.loggingFormat ?? 'Text',
        timeoutMs: this.timeoutMs,
        initTimeoutMs: this.surroundings.initTimeoutMs,
        memoryMb: this.memoryMb,
        log,
      });
      this.surroundings.onInvoked(outcome.status, performance.now() - began);
      return { ...outcome, logs: tail.lines };
    } finally {
      sandbox.onLine = (line) => this.#write(line);
      if (sandbox.alive) this.#idle.push(sandbox);
      else await this.#discard(sandbox);
    }
  }

  #write(line: string): void {
    this.#log.append(line);
    this.surroundings.onLog(line);
  }

  #takeIdle(): Sandbox | undefined {
    for (;;) {
      const sandbox = this.#idle.pop();
      if (sandbox === undefined || sandbox.alive) return sandbox;
    }
  }

  #newSandbox(): Sandbox {
    const { region, credentials, now } = this.surroundings;
    const day = new Date(now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const logStreamName = `${day}/[$LATEST]${randomBytes(16).toString('hex')}`;
    const sandbox = new Sandbox({
      memoryMb: this.memoryMb,
      environment: (runtimeApi) =>
        sandboxEnvironment(this.definition, { region, credentials, runtimeApi, logStreamName }),
    });
    this.#sandboxes.add(sandbox);
    return sandbox;
  }

  async #discard(sandbox: Sandbox): Promise<void> {
    await sandbox.destroy();
    this.#sandboxes.delete(sandbox);
  }
}
