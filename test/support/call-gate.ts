import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { LambdaEmulator } from '../../emulators/lambda/emulator.ts';
import {
  type HttpReply,
  type HttpRequest,
  type HttpResponse,
  HttpServer,
} from '../../emulators/wire/http-server.ts';

/** Where a function's process is killed. */
export interface CrashPoint {
  /** Calls that come at once change places from one time to the next, so each name is counted apart. */
  readonly name: string;
  /** The number of the call of this name, counted from 1. */
  readonly nth: number;
  /** Before the call has an effect, or after it, so that its answer is lost. */
  readonly when: 'before' | 'after';
}

export interface CallGateOptions {
  readonly nameOf: (request: HttpRequest) => string;
  /** Called as soon as the processes are killed. */
  readonly onCrash: () => void;
  /** Called after each call; `answer` is what it was answered. */
  readonly onCall: (answer: string) => Promise<void>;
}

const ownHeaders = ['connection', 'content-length', 'host', 'keep-alive', 'transfer-encoding'];

/** Stands between a function and its servers, so that its process can be killed at any call. */
export class CallGate {
  readonly #options: CallGateOptions;
  #function: { readonly lambda: LambdaEmulator; readonly name: string } | undefined;
  #calls: string[] = [];
  #point: CrashPoint | undefined;
  #hasCrashed = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: CallGateOptions) {
    this.#options = options;
  }

  /** The calls since `restart`. */
  get calls(): readonly string[] {
    return this.#calls;
  }

  /** True if the process was killed since `restart`. */
  get hasCrashed(): boolean {
    return this.#hasCrashed;
  }

  /** Counts from here on, and kills the process once. */
  restart(point?: CrashPoint): void {
    this.#calls = [];
    this.#point = point;
    this.#hasCrashed = false;
  }

  guard(lambda: LambdaEmulator, name: string): void {
    this.#function = { lambda, name };
  }

  /** @returns the URL at which a server is behind the gate */
  async open(url: string): Promise<string> {
    const server = new HttpServer((request) => {
      // One at a time, so that every moment in the world is seen.
      const passed = this.#last.then(() => this.#pass(request, url));
      this.#last = passed.catch(() => {});
      return passed;
    });
    await server.start();
    onTestFinished(() => server.stop());
    return server.url;
  }

  async #pass(request: HttpRequest, url: string): Promise<HttpReply> {
    // Its process was killed before the call had left it.
    if (request.signal.aborted) return 'reset';
    const name = this.#options.nameOf(request);
    this.#calls.push(name);
    const { nth, when } = this.#point?.name === name ? this.#point : {};
    const count = this.#calls.filter((call) => call === name).length;
    if (nth !== count) return await this.#forward(request, url);
    if (when === 'after') await this.#forward(request, url);
    this.#hasCrashed = true;
    await this.#crash();
    return 'reset';
  }

  async #forward(request: HttpRequest, url: string): Promise<HttpResponse> {
    const { method, headers, body } = request;
    const { pathname, search } = request.url;
    const sent = Object.entries(headers).filter(([name]) => !ownHeaders.includes(name));
    const answer = await fetch(new URL(pathname + search, url), {
      method,
      headers: sent as [string, string][],
      body: body.length === 0 ? null : new Uint8Array(body),
    });
    const text = await answer.text();
    await this.#options.onCall(text);
    const received = [...answer.headers].filter(([name]) => !ownHeaders.includes(name));
    return { status: answer.status, headers: Object.fromEntries(received), body: text };
  }

  /** Kills every process of the function: nothing tells which one has made the call. */
  async #crash(): Promise<void> {
    if (this.#function === undefined) throw new Error('there is no function to kill');
    const { lambda, name } = this.#function;
    const killed = lambda.processIds(name);
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    this.#options.onCrash();
    while (lambda.processIds(name).some((pid) => killed.includes(pid))) await setImmediate();
  }
}
