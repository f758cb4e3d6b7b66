import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { readProxy } from '../../../core/proxy.ts';
import { Sensitive } from '../../../core/sensitive.ts';
import { ImsTokenEndpoint } from '../../../lambda/adapters/ims-token-endpoint.ts';
import { SecretsManager } from '../../../lambda/adapters/secrets-manager.ts';

const never = new AbortController().signal;

const established = 'HTTP/1.1 200 OK\r\n\r\n';

/** Ways in which a proxy accepts a connection that then leads nowhere. */
const slow: readonly [string, (socket: Socket) => void][] = [
  ['answers nothing', () => {}],
  ['sends a byte of its answer now and then', (socket) => drip(socket)],
  [
    'connects, and passes nothing on',
    (socket) => socket.once('data', () => socket.write(established)),
  ],
];

function drip(socket: Socket): void {
  const timer = setInterval(() => socket.write('H'), 20);
  socket.on('close', () => clearInterval(timer));
}

/** @returns the proxy, and the end of each connection to it */
async function startProxy(serve: (socket: Socket) => void) {
  const ends: Promise<unknown>[] = [];
  const server = createServer((socket) => {
    ends.push(new Promise((resolve) => socket.on('close', resolve)));
    socket.on('error', () => {});
    socket.resume();
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { proxy: readProxy({ HTTPS_PROXY: `http://127.0.0.1:${port}` }), ends };
}

it.each(slow)('a connection to AWS through a proxy that %s is closed in time', async (_, serve) => {
  const { proxy, ends } = await startProxy(serve);
  const secrets = new SecretsManager({
    endpoint: 'https://secretsmanager.us-east-1.amazonaws.com',
    proxy,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    timeouts: { connect: 0.1, total: 600 },
    writesPerSecond: 50,
  });
  await expect(secrets.describe('the-secret', never)).rejects.toMatchObject({
    code: 'ERR_SECRET_UNAVAILABLE',
    transient: true,
  });
  // On a busy machine, the connection is accepted after the time-out of who opened it.
  await expect.poll(() => ends).toHaveLength(1);
  await Promise.all(ends);
});

it.each(slow)('a request to IMS through a proxy that %s ends in time', async (_, serve) => {
  const { proxy, ends } = await startProxy(serve);
  const endpoint = new ImsTokenEndpoint({
    proxy,
    timeouts: { connect: 0.1, headers: 600, total: 600 },
  });
  const grant = { imsHost: 'ims-na1.adobelogin.com', clientId: 'id', scopes: ['a'] };
  await expect(
    endpoint.request({ ...grant, clientSecret: new Sensitive('p8e-x') }, never),
  ).rejects.toMatchObject({ code: 'ERR_TOKEN_UNAVAILABLE', transient: true });
  await endpoint[Symbol.asyncDispose]();
  await Promise.all(ends);
});
