import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request as plainRequest } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { onTestFinished } from 'vitest';
import { PrivateCa } from './certificates.ts';
import { ConnectProxy, type ConnectProxyOptions } from './connect-proxy.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface ClosedNetworkOptions extends Pick<ConnectProxyOptions, 'user'> {
  /** The server on loopback that stands for the hosts that end in this. */
  readonly servers: Readonly<Record<string, () => { readonly url: string }>>;
  /** Calls the proxy over TLS. */
  readonly secure?: boolean | undefined;
}

export interface ClosedNetwork {
  readonly proxy: ConnectProxy;
  /** The PEM file of the one certificate authority that signs here. */
  readonly caFile: string;
  /** The https URL on loopback of the server for a host, for calls without the proxy. */
  readonly directUrl: (host: string) => string;
}

/** A company's network: every host is reached through its proxy, which inspects TLS. */
export async function startClosedNetwork({
  servers,
  user,
  secure = false,
}: ClosedNetworkOptions): Promise<ClosedNetwork> {
  const ca = new PrivateCa();
  const caFile = join(await temporaryDirectory(), 'company-ca.pem');
  await writeFile(caFile, ca.cert);
  const ports = new Map<string, number>();
  for (const [suffix, server] of Object.entries(servers)) {
    ports.set(suffix, await startInspection(ca, suffix, server));
  }
  const portOf = (host: string): number | undefined =>
    [...ports].find(([suffix]) => `.${host}`.endsWith(`.${suffix}`))?.[1];
  const proxy = new ConnectProxy({
    user,
    route: (host) => portOf(host.replace(/:443$/, '')),
    certificate: secure ? ca.issue('localhost') : undefined,
  });
  await proxy.start();
  return { proxy, caFile, directUrl: (host) => `https://127.0.0.1:${portOf(host)}` };
}

/**
 * Decrypts, and passes each request on to a plain server, as its own host. Speaks HTTP/2 with whoever
 * offers it, as most servers do. @returns the port
 */
async function startInspection(
  ca: PrivateCa,
  suffix: string,
  plain: () => { readonly url: string },
): Promise<number> {
  const certificate = ca.issue(suffix, `*.${suffix}`, `*.us-east-1.${suffix}`, '127.0.0.1');
  const server = createSecureServer({ ...certificate, allowHTTP1: true }, (incoming, response) => {
    const { method, headers } = incoming;
    const { url } = plain();
    const target = plainRequest(
      new URL(incoming.url ?? '/', url),
      { method, headers: { ...headers, host: new URL(url).host } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        pipeline(answer, response, () => {});
      },
    );
    pipeline(incoming, target, () => {});
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}
