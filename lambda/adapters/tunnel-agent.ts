import { Agent, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { type HttpProxy, isExcepted } from '../../core/proxy.ts';
import { ofProxy } from './network-fault.ts';

// As many as the SDK's own agent has.
const sockets = { keepAlive: true, maxSockets: 50 } as const;

type CreateConnection = Agent['createConnection'];

/** Node.js's agent for the AWS SDK: through the proxy, or direct where it is excepted. */
export class TunnelAgent extends Agent {
  readonly #proxy: HttpProxy;
  readonly #connectTimeout: number;
  // Without `proxyEnv`, newer releases of Node.js may take a proxy from the environment.
  readonly #direct = new Agent({ ...sockets, proxyEnv: {} });

  /** @param connectTimeout seconds; without it a proxy that never answers would keep the socket */
  constructor(proxy: HttpProxy, connectTimeout: number) {
    const options: AgentOptions = { ...sockets, timeout: connectTimeout * 1000 };
    super({ ...options, proxyEnv: { HTTPS_PROXY: proxy.url.reveal() } });
    this.#proxy = proxy;
    this.#connectTimeout = connectTimeout;
  }

  override createConnection(
    ...[options, callback]: Parameters<CreateConnection>
  ): ReturnType<CreateConnection> {
    const { host, port } = options;
    if (isExcepted(this.#proxy, host ?? '', Number(port))) {
      return this.#direct.createConnection(options, callback);
    }
    const settle = once((error: Error | null, socket: Duplex) => {
      clearTimeout(timer);
      callback?.(error && ofProxy(error), socket);
    });
    const tunnel = super.createConnection(options, settle);
    // Node.js waits for a proxy that sends a byte now and then, and for TLS within the tunnel.
    const timer = setTimeout(() => {
      tunnel?.destroy();
      const error = new Error('no connection through the proxy in time');
      settle(Object.assign(error, { code: 'ETIMEDOUT' }), tunnel as Duplex);
    }, this.#connectTimeout * 1000);
    return tunnel;
  }
}

function once<Args extends unknown[]>(call: (...args: Args) => void): (...args: Args) => void {
  let isDone = false;
  return (...args) => {
    if (!isDone) call(...args);
    isDone = true;
  };
}

/** The agent for a client of the AWS SDK; none without a proxy, because the SDK has its own. */
export function agentThrough(
  proxy: HttpProxy | undefined,
  connectTimeout: number,
): { readonly httpsAgent?: Agent } {
  return proxy === undefined ? {} : { httpsAgent: new TunnelAgent(proxy, connectTimeout) };
}
