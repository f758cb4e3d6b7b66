import { type HttpReply, type HttpRequest, HttpServer, json } from '../wire/http-server.ts';

/** One event for the handler. */
export interface Invocation {
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  readonly deadline: Date;
  readonly functionArn: string;
  readonly traceId: string;
}

/** The runtime's answer: the JSON of a result or of an error. */
export interface Answer {
  readonly payload: string;
  readonly failed: boolean;
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maxResponseBytes = 6_291_556;

const prefix = '/2018-06-01/runtime';

/** Lambda's Runtime API, for the runtime of one sandbox. */
export class RuntimeApi {
  readonly #server = new HttpServer((request) => this.#reply(request));
  readonly #onNext: () => void;
  #deliver: ((invocation: Invocation) => void) | undefined;
  #current: string | undefined;
  #initialised = false;
  #answer: Answer | undefined;

  constructor(onNext: () => void) {
    this.#onNext = onNext;
  }

  /** The value of AWS_LAMBDA_RUNTIME_API. */
  get host(): string {
    return new URL(this.#server.url).host;
  }

  /** The runtime's answer to the last delivery, if it has posted one. */
  get answer(): Answer | undefined {
    return this.#answer;
  }

  start(): Promise<void> {
    return this.#server.start();
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  /** Hands an event to the runtime, which must be waiting for one. */
  deliver(invocation: Invocation): void {
    this.#answer = undefined;
    this.#current = invocation.requestId;
    this.#deliver?.(invocation);
    this.#deliver = undefined;
  }

  #reply(request: HttpRequest): HttpReply | Promise<HttpReply> {
    const { pathname } = request.url;
    const route = `${request.method} ${pathname}`;
    if (route === `GET ${prefix}/invocation/next`) return this.#next(request.signal);
    if (route === `POST ${prefix}/init/error`) return this.#initError(request.body);
    const posted = /\/invocation\/([^/]+)\/(response|error)$/.exec(pathname);
    if (request.method !== 'POST' || posted === null) return json(404, {});
    if (posted[1] !== this.#current) {
      return refusal(400, 'InvalidRequestID', 'Invalid request ID');
    }
    if (posted[2] === 'error') return this.#accept(request.body, true);
    if (request.body.length > maxResponseBytes) return this.#refuseLarge();
    return this.#accept(request.body, false);
  }

  async #next(gone: AbortSignal): Promise<HttpReply> {
    // The HTTP server rejects a response that is far too large, so no answer is posted.
    if (this.#current !== undefined) this.#refuseLarge();
    const { promise, resolve } = Promise.withResolvers<Invocation | undefined>();
    gone.addEventListener('abort', () => resolve(undefined), { once: true });
    this.#deliver = resolve;
    this.#initialised = true;
    this.#onNext();
    const invocation = await promise;
    if (invocation === undefined) return 'reset';
    return {
      status: 200,
      headers: {
        'content-type': 'application/json',
        'Lambda-Runtime-Aws-Request-Id': invocation.requestId,
        'Lambda-Runtime-Deadline-Ms': String(invocation.deadline.getTime()),
        'Lambda-Runtime-Invoked-Function-Arn': invocation.functionArn,
        'Lambda-Runtime-Trace-Id': invocation.traceId,
      },
      body: invocation.payload,
    };
  }

  #initError(body: Buffer): HttpReply {
    if (this.#initialised) {
      return refusal(403, 'InvalidStateTransition', 'the runtime is initialised');
    }
    return this.#accept(body, true);
  }

  #accept(body: Buffer, failed: boolean): HttpReply {
    this.#answer = { payload: body.toString(), failed };
    this.#current = undefined;
    return json(202, { status: 'OK' });
  }

  #refuseLarge(): HttpReply {
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`;
    const payload = JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage });
    this.#answer = { payload, failed: true };
    this.#current = undefined;
    return refusal(
      413,
      'RequestEntityTooLarge',
      `Exceeded maximum allowed payload size (${maxResponseBytes} bytes).`,
    );
  }
}

function refusal(status: number, errorType: string, errorMessage: string): HttpReply {
  return json(status, { errorType, errorMessage });
}
