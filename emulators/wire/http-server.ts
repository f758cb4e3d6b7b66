import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** One request with its whole body. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Aborted when the client goes away or the server stops. */
  readonly signal: AbortSignal;
}

/** One response. An iterable body is streamed; if it throws, the connection is cut. */
export interface HttpResponse {
  readonly status: number;
  /** @default the standard one */
  readonly statusText?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | AsyncIterable<string | Uint8Array> | undefined;
}

/** A response, or `'reset'` to drop the connection without one. */
export type HttpReply = HttpResponse | 'reset';

export type HttpHandler = (request: HttpRequest) => HttpReply | Promise<HttpReply>;

/** The life cycle of every emulator. */
export interface LocalServer {
  /** The origin, for example `http://127.0.0.1:40123`. @throws Error before `start()` */
  readonly url: string;
  /** @param port any free one if 0. @default 0 */
  start(port?: number): Promise<void>;
  /** Drops open connections and aborts the requests in progress. Can be repeated or undone. */
  stop(): Promise<void>;
}

const maxBodyBytes = 16 * 1024 * 1024;

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * An HTTP server on 127.0.0.1. It answers only requests that are meant for it: a page in a browser
 * can point a name of its own at this address, but then the Host header has that name.
 */
export class HttpServer implements LocalServer {
  readonly #server: Server;
  #running = new AbortController();
  #started = false;

  constructor(handler: HttpHandler) {
    this.#server = createServer((incoming, response) => {
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const answer = async (): Promise<void> => {
        if (!this.#isMeant(incoming.headers.host)) {
          await write(response, { status: 421 });
          return;
        }
        const chunks: Buffer[] = [];
        let length = 0;
        for await (const chunk of incoming) {
          length += chunk.length;
          if (length > maxBodyBytes) {
            await write(response, { status: 413 });
            return;
          }
          chunks.push(chunk);
        }
        const reply = await handler({
          method: incoming.method ?? 'GET',
          url: new URL(incoming.url ?? '/', this.url),
          headers: incoming.headers,
          body: Buffer.concat(chunks),
          signal: AbortSignal.any([gone.signal, this.#running.signal]),
        });
        await write(response, reply);
      };
      answer().catch(() => response.destroy());
    });
  }

  get url(): string {
    if (!this.#started) throw new Error('the server has no URL before start()');
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  #isMeant(host = ''): boolean {
    const named = URL.parse(`http://${host}`);
    const { port } = new URL(this.url);
    return named !== null && loopback.has(named.hostname) && (named.port || '80') === port;
  }

  async start(port = 0): Promise<void> {
    this.#running = new AbortController();
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#started = true;
  }

  async stop(): Promise<void> {
    this.#running.abort();
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function write(response: ServerResponse, reply: HttpReply): Promise<void> {
  if (reply === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (reply.statusText !== undefined) response.statusMessage = reply.statusText;
  response.writeHead(reply.status, reply.headers);
  const { body } = reply;
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    response.end(body);
    return;
  }
  response.flushHeaders();
  await pipeline(body, response);
}

/** A response with a JSON body. */
export function json(
  status: number,
  value: unknown,
  headers?: Readonly<Record<string, string>>,
): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  };
}
