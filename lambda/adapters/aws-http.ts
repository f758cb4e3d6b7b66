import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { HttpHandlerOptions, HttpRequest, RequestHandler } from '@smithy/types';
import type { HttpProxy } from '../../core/proxy.ts';

export interface AwsHttpOptions {
  /** Seconds until the connection, and until the end of the response. */
  readonly timeouts: { readonly connect: number; readonly total: number };
  readonly proxy?: HttpProxy | undefined;
}

interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

// As the SDK's own handler.
const sockets = { keepAlive: true, maxSockets: 50 } as const;

/**
 * Milliseconds after which a connection is not used again: the other side may have closed it while
 * the sandbox was frozen, which only a request would find out.
 */
export const longestIdle = 4_000;

// A full page of ListSecrets, with every tag that AWS allows, has a third of that.
const largestBody = 32 * 1024 * 1024;

/**
 * The AWS SDK's HTTP handler. Unlike its own, it also limits the length of a response's body and the
 * time that it may take, uses no connection that was kept through a freeze, and does not load TLS for
 * an endpoint without it.
 *
 * @see https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/node-configuring-https.html
 */
export class AwsHttp implements RequestHandler<HttpRequest, HttpResponse, HttpHandlerOptions> {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #options: AwsHttpOptions;
  readonly #agents = new Map<string, Promise<HttpAgent>>();
  #inFlight = 0;
  #lastUse = 0;

  constructor(options: AwsHttpOptions) {
    this.#options = options;
  }

  /** @throws Error named TimeoutError or AbortError, or Node.js's own */
  async handle(request: HttpRequest, options: HttpHandlerOptions = {}) {
    if (this.#inFlight === 0 && Date.now() - this.#lastUse > longestIdle) await this.#drop();
    this.#inFlight += 1;
    try {
      const agent = await this.#agent(request.protocol);
      return { response: await this.#exchange(request, agent, options) };
    } finally {
      this.#inFlight -= 1;
      this.#lastUse = Date.now();
    }
  }

  /** Part of the SDK's interface: it would change the options of its own handler. */
  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {};
  }

  async #drop(): Promise<void> {
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    for (const agent of await Promise.all(agents)) agent.destroy();
  }

  #agent(protocol: string): Promise<HttpAgent> {
    const agent = this.#agents.get(protocol) ?? this.#newAgent(protocol);
    this.#agents.set(protocol, agent);
    return agent;
  }

  async #newAgent(protocol: string): Promise<HttpAgent> {
    const { proxy, timeouts } = this.#options;
    if (protocol !== 'https:') return new HttpAgent(sockets);
    if (proxy === undefined) return new HttpsAgent(sockets);
    const { TunnelAgent } = await import('./tunnel-agent.ts');
    return new TunnelAgent(proxy, timeouts.connect);
  }

  async #exchange(
    { protocol, hostname, port, method, path, headers, body }: HttpRequest,
    agent: HttpAgent,
    { abortSignal }: HttpHandlerOptions,
  ): Promise<HttpResponse> {
    const { connect, total } = this.#options.timeouts;
    const send = protocol === 'https:' ? httpsRequest : httpRequest;
    const host = hostname.replace(/^\[(.+)\]$/, '$1');
    const outgoing = send({ agent, headers, host, method, path, ...(port ? { port } : {}) });
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
    const fail = (name: string, message: string): void => {
      reject(Object.assign(new Error(message), { name }));
      outgoing.destroy();
    };
    const abort = (): void => fail('AbortError', 'the request was aborted');
    const late = (what: string, seconds: number) => (): void =>
      fail('TimeoutError', `no ${what} within ${seconds} seconds`);
    const timer = setTimeout(late('response', total), total * 1000);
    const signal = abortSignal as AbortSignal | undefined;
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => read(incoming).then(resolve, reject));
    limitConnecting(outgoing, connect, late('connection', connect));
    outgoing.end(body);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }
}

/** Settles with the response, or as soon as it is cut off or too long. */
function read(incoming: IncomingMessage): Promise<HttpResponse> {
  const { statusCode = 0, headers } = incoming;
  const single = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  const chunks: Uint8Array[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    incoming.on('data', (chunk: Uint8Array) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length > largestBody) incoming.destroy(tooLong());
    });
    incoming.on('error', reject);
    incoming.on('end', () => {
      resolve({ statusCode, headers: Object.fromEntries(single), body: Buffer.concat(chunks) });
    });
  });
}

function tooLong(): Error {
  const error = new Error(`the response is longer than ${largestBody} bytes`);
  return Object.assign(error, { name: 'ResponseTooLong' });
}

function limitConnecting(outgoing: ClientRequest, seconds: number, fail: () => void): void {
  outgoing.once('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(fail, seconds * 1000);
    const stop = (): void => clearTimeout(timer);
    socket.once('connect', stop).once('close', stop);
  });
}
