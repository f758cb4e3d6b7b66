import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readProxy } from '../../../core/proxy.ts';
import { Sensitive } from '../../../core/sensitive.ts';
import { ImsEmulator } from '../../../emulators/ims/emulator.ts';
import type { ImsFault } from '../../../emulators/ims/fault.ts';
import {
  ImsTokenEndpoint,
  type ImsTokenEndpointOptions,
} from '../../../lambda/adapters/ims-token-endpoint.ts';
import { timeouts } from '../../../lambda/steps/budget.ts';

const grant = {
  imsHost: 'ims-na1.adobelogin.com',
  clientId: 'the-client-id',
  clientSecret: new Sensitive('s+e/c=r&e%t?#-0123'),
  scopes: ['openid', 'AdobeID'],
};

async function startIms(): Promise<ImsEmulator> {
  const ims = new ImsEmulator();
  await ims.start();
  onTestFinished(() => ims.stop());
  ims.registerClient({
    clientId: 'the-client-id',
    clientSecrets: ['s+e/c=r&e%t?#-0123'],
    scopes: ['openid', 'AdobeID'],
  });
  return ims;
}

function endpoint(options: Partial<ImsTokenEndpointOptions>): ImsTokenEndpoint {
  const made = new ImsTokenEndpoint({ timeouts: timeouts.ims, ...options });
  onTestFinished(() => made[Symbol.asyncDispose]());
  return made;
}

const never = new AbortController().signal;

describe('the token endpoint', () => {
  it('sends the grant percent-encoded in a form, with comma-separated scopes', async () => {
    const ims = await startIms();
    const response = await endpoint({ imsEndpointUrl: ims.url }).request(grant, never);
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body)).toMatchObject({ token_type: 'bearer', expires_in: 86_399 });
    expect(response.debugId).toMatch(/^[0-9a-f-]{36}$/);
    expect(ims.tokenRequests).toMatchObject([{ scope: 'openid,AdobeID', hasQuery: false }]);
  });

  it('drops an X-Debug-Id that repeats the client secret or the token', async () => {
    const ims = await startIms();
    ims.faults.inject({ kind: 'echo', place: 'x-debug-id' });
    const asked = endpoint({ imsEndpointUrl: ims.url });
    expect((await asked.request(grant, never)).debugId).toBe('[redacted]');
    const accessToken = new Sensitive('eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjEifQ.c2lnbmF0dXJl');
    const token = { imsHost: grant.imsHost, clientId: grant.clientId, accessToken };
    expect((await asked.validate(token, never)).debugId).toBe('[redacted]');
  });

  it.each<[string, ImsFault, number]>([
    ['a refusal', { kind: 'throttled' }, 429],
    ['a redirect, without following it', { kind: 'redirect', status: 302, location: '/x' }, 302],
  ])('returns %s unchanged', async (_, fault, status) => {
    const ims = await startIms();
    ims.faults.inject(fault);
    const response = await endpoint({ imsEndpointUrl: ims.url }).request(grant, never);
    expect(response.status).toBe(status);
    expect(ims.tokenRequests).toHaveLength(1);
  });

  it.each<[string, ImsFault, string, object?]>([
    ['headers that never arrive', { kind: 'slow-headers' }, 'timeout'],
    [
      'headers that arrive too late',
      { kind: 'slow-headers' },
      'Headers Timeout',
      { headers: 0.1, total: 9 },
    ],
    ['a body that stalls', { kind: 'slow-body' }, 'timeout'],
    ['a body that drips', { kind: 'slow-body', pauseMilliseconds: 5 }, 'timeout'],
    ['a body without end', { kind: 'endless-body' }, 'longer than 65536 bytes', { total: 9 }],
    ['a reset', { kind: 'reset' }, 'ECONNRESET|other side closed', { total: 9 }],
    [
      'a reset within the body',
      { kind: 'reset-in-body' },
      'ECONNRESET|other side closed|terminated',
      { total: 9 },
    ],
  ])('gives up on %s', async (_, fault, reason, limits = {}) => {
    const ims = await startIms();
    ims.faults.inject(fault);
    const timeouts = { connect: 9, headers: 9, total: 0.2, ...limits };
    await expect(
      endpoint({ imsEndpointUrl: ims.url, timeouts }).request(grant, never),
    ).rejects.toMatchObject({
      code: 'ERR_TOKEN_UNAVAILABLE',
      message: expect.stringMatching(`no complete response from IMS at ${ims.url}: .*${reason}`),
      details: { clientId: 'the-client-id' },
    });
  });

  it('reports a host that refuses connections', async () => {
    const ims = await startIms();
    const { url } = ims;
    await ims.stop();
    await expect(endpoint({ imsEndpointUrl: url }).request(grant, never)).rejects.toMatchObject({
      code: 'ERR_TOKEN_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('closes the socket when the invocation is aborted', async () => {
    const ims = await startIms();
    const deadline = new AbortController();
    const gone = Promise.withResolvers<void>();
    const server: Server = createServer((request) => {
      request.socket.once('close', () => gone.resolve());
      deadline.abort();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    const imsEndpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(
      endpoint({ imsEndpointUrl }).request(grant, deadline.signal),
    ).rejects.toMatchObject({ code: 'ERR_TOKEN_UNAVAILABLE' });
    await gone.promise;
    expect(ims.mintCount).toBe(0);
  });

  /** Starts a server that accepts connections and never answers, not even in the TLS handshake. */
  async function startSilentServer() {
    const connected = Promise.withResolvers<Socket>();
    const silent = createTcpServer((socket) => connected.resolve(socket));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => {
      silent.close();
    });
    const imsEndpointUrl = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    return { connected: connected.promise, imsEndpointUrl };
  }

  it('closes the socket when the invocation is aborted during the TLS handshake', async () => {
    const { connected, imsEndpointUrl } = await startSilentServer();
    const timeouts = { connect: 60, headers: 60, total: 60 };
    const deadline = new AbortController();
    const ending = endpoint({ imsEndpointUrl, timeouts });
    const requested = ending.request(grant, deadline.signal);
    const socket = await connected;
    const closed = once(
      socket.on('error', () => {}),
      'close',
    );
    deadline.abort();
    await expect(requested).rejects.toMatchObject({ code: 'ERR_TOKEN_UNAVAILABLE' });
    await ending[Symbol.asyncDispose]();
    await closed;
  });

  it('gives up on a connection that takes too long', async () => {
    const { imsEndpointUrl } = await startSilentServer();
    const timeouts = { connect: 0.1, headers: 9, total: 9 };
    await expect(
      endpoint({ imsEndpointUrl, timeouts }).request(grant, never),
    ).rejects.toMatchObject({ message: expect.stringContaining('UND_ERR_CONNECT_TIMEOUT') });
  });

  // undici 7 connected again and again to a proxy that hangs up (nodejs/undici#3897).
  it('uses a proxy, and gives up on one that hangs up', async () => {
    const asked = Promise.withResolvers<string | undefined>();
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      asked.resolve(request.url);
      socket.destroy();
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    onTestFinished(() => {
      proxy.close();
    });
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const through = endpoint({ proxy: readProxy({ HTTPS_PROXY: url }) });
    await expect(through.request(grant, never)).rejects.toMatchObject({
      code: 'ERR_TOKEN_UNAVAILABLE',
    });
    expect(await asked.promise).toBe('ims-na1.adobelogin.com:443');
  });
});
