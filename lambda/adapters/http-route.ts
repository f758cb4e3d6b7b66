import { Agent, type buildConnector, type Dispatcher, Pool, ProxyAgent } from 'undici';
import {
  type HttpProxy,
  isExcepted,
  type ProxyCredentials,
  withCredentials,
} from '../../core/proxy.ts';
import { ProxyUnreachable } from './network-fault.ts';

export interface HttpRouteOptions {
  readonly proxy?: HttpProxy | undefined;
  /** Reads the proxy's user name and password, once and only if a request goes through it. */
  readonly proxyCredentials?: ((signal: AbortSignal) => Promise<ProxyCredentials>) | undefined;
  /** Seconds. */
  readonly connectTimeout: number;
}

// undici would offer HTTP/2, which most servers accept. The bundle has no code for it, because
// concurrent requests for tokens gain nothing by it.
const http1 = { allowH2: false } as const;

/** undici's connections to any https origin: through the proxy, or direct where it is excepted. */
export class HttpRoute implements AsyncDisposable {
  readonly #options: HttpRouteOptions;
  readonly #ended = new AbortController();
  readonly #connecting: typeof http1 & { readonly timeout: number; readonly signal: AbortSignal };
  readonly #direct: Dispatcher;
  #proxied: Promise<Dispatcher> | undefined;

  constructor(options: HttpRouteOptions) {
    this.#options = options;
    // undici alone would leave a socket that is still connecting to its time-out.
    const timeout = options.connectTimeout * 1000;
    this.#connecting = { ...http1, timeout, signal: this.#ended.signal };
    this.#direct = new Agent({ ...http1, connect: this.#connecting });
  }

  /** @throws whatever reading the proxy's credentials throws */
  async to(origin: string, signal: AbortSignal): Promise<Dispatcher> {
    const { proxy } = this.#options;
    const { protocol, hostname, port } = new URL(origin);
    const isDirect = protocol !== 'https:' || proxy === undefined;
    if (isDirect || isExcepted(proxy, hostname, Number(port || 443))) return this.#direct;
    this.#proxied ??= this.#through(proxy, signal);
    try {
      return await this.#proxied;
    } catch (error) {
      this.#proxied = undefined;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    const proxied = await this.#proxied?.catch(() => undefined);
    await Promise.all([this.#direct.destroy(), proxied?.destroy()]);
  }

  async #through(proxy: HttpProxy, signal: AbortSignal): Promise<Dispatcher> {
    const credentials = await this.#options.proxyCredentials?.(signal);
    const { url } = credentials === undefined ? proxy : withCredentials(proxy, credentials);
    return new ProxyAgent({
      ...http1,
      uri: url.reveal(),
      connect: this.#connecting,
      proxyTls: this.#connecting,
      requestTls: this.#connecting,
      clientFactory: (origin, options) =>
        // The answer to CONNECT is a part of connecting.
        new Pool(origin, {
          ...options,
          ...http1,
          connect: toProxy(options),
          headersTimeout: this.#connecting.timeout,
        }),
    });
  }
}

/** Connects to a proxy, and names an error as one of the proxy. */
function toProxy({ connect }: { readonly connect?: unknown }): buildConnector.connector {
  const connector = connect as buildConnector.connector;
  return (options, callback) => {
    // undici leaves the socket out when there is an error.
    connector(options, (...[error, socket]) => {
      if (error === null) callback(null, socket);
      else callback(new ProxyUnreachable(error), null);
    });
  };
}
