import { Agent, type AgentOptions } from 'node:https';
import { type HttpProxy, isExcepted } from '../../core/proxy.ts';
import { ofProxy } from './network-fault.ts';

// As many as the SDK's own agent has.
const sockets = { keepAlive: true, maxSockets: 50 } as const;

type CreateConnection = Agent['createConnection'];

/** Node.js's agent for the AWS SDK: through the proxy, or direct where it is excepted. */
export class TunnelAgent extends Agent {
  readonly #proxy: HttpProxy;
  // Without `proxyEnv`, newer releases of Node.js may take a proxy from the environment.
  readonly #direct = new Agent({ ...sockets, proxyEnv: {} });

  /** @param connectTimeout seconds; without it a proxy that never answers would keep the socket */
  constructor(proxy: HttpProxy, connectTimeout: number) {
    const options: AgentOptions = { ...sockets, timeout: connectTimeout * 1000 };
    super({ ...options, proxyEnv: { HTTPS_PROXY: proxy.url.reveal() } });
    this.#proxy = proxy;
  }

  override createConnection(
    ...[options, callback]: Parameters<CreateConnection>
  ): ReturnType<CreateConnection> {
    const { host, port } = options;
    if (isExcepted(this.#proxy, host ?? '', Number(port))) {
      return this.#direct.createConnection(options, callback);
    }
    return super.createConnection(options, (error, socket) =>
      callback?.(error && ofProxy(error), socket),
    );
  }
}

/** The agent for a client of the AWS SDK; none without a proxy, because the SDK has its own. */
export function agentThrough(
  proxy: HttpProxy | undefined,
  connectTimeout: number,
): { readonly httpsAgent?: Agent } {
  return proxy === undefined ? {} : { httpsAgent: new TunnelAgent(proxy, connectTimeout) };
}
