import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificates.ts';

export interface ConnectProxyOptions {
  /** The one user who may use it. @default everybody may */
  readonly user?: { readonly name: string; readonly password: string } | undefined;
  /** The port on loopback to connect to instead of a host, which has the form `name:port`. */
  readonly route: (host: string) => number | undefined;
  /** Its certificate, for a proxy that is called over TLS. @default plain http */
  readonly certificate?: Certificate | undefined;
}

/** A company's proxy on loopback, for the duration of a test. It knows only CONNECT. */
export class ConnectProxy {
  readonly #options: ConnectProxyOptions;
  readonly #server: Server;
  /** The hosts that it connected to, in the form `name:port`. */
  readonly tunnels: string[] = [];
  /** The hosts that it refused to connect to. */
  readonly refused: string[] = [];
  /** The status with which it refuses every connection, if it is set. */
  refusal: number | undefined;

  constructor(options: ConnectProxyOptions) {
    this.#options = options;
    const { certificate } = options;
    this.#server = certificate === undefined ? createServer() : createTlsServer(certificate);
    this.#server.on('connect', (request, socket) => this.#connect(request, socket));
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    onTestFinished(() => {
      this.#server.close();
      this.#server.closeAllConnections();
    });
  }

  /** Its URL, without the user. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    const isPlain = this.#options.certificate === undefined;
    return isPlain ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  }

  #connect({ url: host = '', headers }: IncomingMessage, socket: Duplex): void {
    socket.on('error', () => socket.destroy());
    const port = this.#options.route(host);
    const status =
      this.refusal ??
      (this.#mayUse(headers['proxy-authorization']) ? undefined : 407) ??
      (port === undefined ? 403 : undefined);
    if (status !== undefined || port === undefined) {
      this.refused.push(host);
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    this.tunnels.push(host);
    const target = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(target).pipe(socket);
    });
    target.on('error', () => socket.destroy());
    socket.on('close', () => target.destroy());
  }

  #mayUse(authorization = ''): boolean {
    const { user } = this.#options;
    if (user === undefined) return true;
    const basic = Buffer.from(`${user.name}:${user.password}`).toString('base64');
    return authorization === `Basic ${basic}`;
  }
}
