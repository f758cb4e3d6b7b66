import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
} from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readProxy } from '../../../core/proxy.ts';
import { Sensitive } from '../../../core/sensitive.ts';
import { ImsEmulator } from '../../../emulators/ims/emulator.ts';
import { DeveloperConsole } from '../../../lambda/adapters/console-endpoint.ts';
import { ImsTokenEndpoint } from '../../../lambda/adapters/ims-token-endpoint.ts';
import { lastingFault, ProxyUnreachable } from '../../../lambda/adapters/network-fault.ts';
import { SecretsManager } from '../../../lambda/adapters/secrets-manager.ts';
import { timeouts } from '../../../lambda/steps/budget.ts';
import { selfSigned } from '../../support/certificates.ts';

const never = new AbortController().signal;

async function listen(server: Server | TcpServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

async function startSelfSigned(): Promise<string> {
  return `https://127.0.0.1:${await listen(createTlsServer(selfSigned(), (_, answer) => answer.end()))}`;
}

/** A proxy that answers every CONNECT with this status. @returns its address */
async function startProxy(status: number): Promise<string> {
  const proxy = createServer();
  proxy.on('connect', (_, socket) => socket.end(`HTTP/1.1 ${status} No\r\n\r\n`));
  return `http://127.0.0.1:${await listen(proxy)}`;
}

/** The port of a server that has just stopped, so that it refuses connections. */
async function closedPort(): Promise<number> {
  const ims = new ImsEmulator();
  await ims.start();
  const { port } = new URL(ims.url);
  await ims.stop();
  return Number(port);
}

async function request(
  imsHost: string,
  { imsEndpointUrl, proxy }: { readonly imsEndpointUrl?: string; readonly proxy?: string } = {},
  clientSecret = new Sensitive('s+e/c=r&e%t-0123'),
): Promise<unknown> {
  const endpoint = new ImsTokenEndpoint({
    imsEndpointUrl,
    proxy: readProxy({ HTTPS_PROXY: proxy }),
    timeouts: timeouts.ims,
  });
  onTestFinished(() => endpoint[Symbol.asyncDispose]());
  return await endpoint.request({ imsHost, clientId: 'id', clientSecret, scopes: ['a'] }, never);
}

const final = { actor: 'operator', transient: false, details: { clientId: 'id' } };
const host = 'ims-na1.adobelogin.com';

describe('the token endpoint names a fault that lasts', () => {
  it('a certificate that nobody trusts', async () => {
    await expect(request(host, { imsEndpointUrl: await startSelfSigned() })).rejects.toMatchObject({
      ...final,
      code: 'ERR_IMS_CERTIFICATE',
      message: expect.stringMatching(
        /^no TLS connection to IMS at \S+: DEPTH_ZERO_SELF_SIGNED_CERT self-signed certificate$/,
      ),
    });
  });

  it('a server that speaks no TLS', async () => {
    const port = await listen(createServer((_, answer) => answer.end()));
    await expect(
      request(host, { imsEndpointUrl: `https://127.0.0.1:${port}` }),
    ).rejects.toMatchObject({
      ...final,
      code: 'ERR_IMS_CERTIFICATE',
    });
  });

  it.each([201, 302, 403, 404, 407, 501, 511])('a proxy that answers %i', async (status) => {
    const proxy = await startProxy(status);
    await expect(request(host, { proxy })).rejects.toMatchObject({
      ...final,
      code: 'ERR_IMS_PROXY',
      message: expect.stringContaining(String(status)),
    });
  });

  it('a proxy that refuses connections', async () => {
    const proxy = `http://127.0.0.1:${await closedPort()}`;
    await expect(request(host, { proxy })).rejects.toMatchObject({
      ...final,
      code: 'ERR_IMS_PROXY',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('a proxy whose name does not resolve', async () => {
    const proxy = 'http://proxy.invalid:8080';
    await expect(request(host, { proxy })).rejects.toMatchObject({
      ...final,
      code: 'ERR_IMS_PROXY',
    });
  });

  it('a proxy with a certificate that nobody trusts', async () => {
    const proxy = await startSelfSigned();
    await expect(request(host, { proxy })).rejects.toMatchObject({
      ...final,
      code: 'ERR_IMS_PROXY',
    });
  });

  it('a proxy that was taken for one that speaks TLS', async () => {
    const proxy = (await startProxy(200)).replace('http:', 'https:');
    await expect(request(host, { proxy })).rejects.toMatchObject({
      ...final,
      code: 'ERR_IMS_PROXY',
    });
  });

  it('a name that does not resolve', async () => {
    await expect(request('ims.adobelogin.invalid')).rejects.toMatchObject({
      ...final,
      code: 'ERR_IMS_UNRESOLVED',
      message:
        'no address for the name of IMS at https://ims.adobelogin.invalid: ' +
        'getaddrinfo ENOTFOUND ims.adobelogin.invalid',
    });
  });

  it('and repeats no client secret as its reason', async () => {
    const origin = 'https://p8e-zq7kx2lm9vt4.invalid';
    // The reason is "getaddrinfo ENOTFOUND p8e-zq7kx2lm9vt4.invalid".
    await expect(
      request(host, { imsEndpointUrl: origin }, new Sensitive('p8e-Zq7Kx2Lm9Vt4')),
    ).rejects.toMatchObject({
      code: 'ERR_IMS_UNRESOLVED',
      message: `no address for the name of IMS at ${origin}: ENOTFOUND [redacted]`,
    });
  });
});

describe('the token endpoint names a fault that may pass', () => {
  it.each([408, 425, 429, 500, 502, 503, 504])('a proxy that answers %i', async (status) => {
    const proxy = await startProxy(status);
    await expect(request(host, { proxy })).rejects.toMatchObject({ code: 'ERR_TOKEN_UNAVAILABLE' });
  });

  it('a host that refuses connections', async () => {
    const imsEndpointUrl = `http://127.0.0.1:${await closedPort()}`;
    await expect(request(host, { imsEndpointUrl })).rejects.toMatchObject({
      code: 'ERR_TOKEN_UNAVAILABLE',
    });
  });
});

// Node.js's codes of faults in the middle of a handshake, which no server here can be made to show.
it.each([
  'ERR_TLS_HANDSHAKE_TIMEOUT',
  'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR',
  'ERR_SSL_UNEXPECTED_EOF_WHILE_READING',
  'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
  'ETIMEDOUT',
  'ECONNRESET',
  'EAI_AGAIN',
])('%s is no fault that lasts, of a host or a proxy', (code) => {
  const error = Object.assign(new Error('no connection'), { code });
  expect(lastingFault(error)).toBeUndefined();
  expect(lastingFault(new ProxyUnreachable(error))).toBeUndefined();
});

describe('the Developer Console', () => {
  const listAt = async (consoleEndpointUrl?: string, proxy?: string): Promise<unknown> => {
    const endpoint = new DeveloperConsole({
      consoleEndpointUrl,
      proxy: readProxy({ HTTPS_PROXY: proxy }),
      timeouts: timeouts.console,
    });
    onTestFinished(() => endpoint[Symbol.asyncDispose]());
    const accessToken = new Sensitive('e-y.J0.token-0123456789');
    const ids = { credentialId: '1', consoleOrgId: '2', clientId: 'id' };
    return await endpoint.list({ ...ids, accessToken }, never);
  };
  const lasting = { actor: 'operator', transient: false };

  it('with a certificate that nobody trusts fails for good', async () => {
    await expect(listAt(await startSelfSigned())).rejects.toMatchObject({
      ...lasting,
      code: 'ERR_CONSOLE_CERTIFICATE',
      message: expect.stringMatching(
        /^no TLS connection to the Console API at \S+: DEPTH_ZERO_SELF_SIGNED_CERT /,
      ),
    });
  });

  it('whose name does not resolve fails for good', async () => {
    await expect(listAt('https://api.adobe.invalid')).rejects.toMatchObject({
      ...lasting,
      code: 'ERR_CONSOLE_UNRESOLVED',
      message: expect.stringMatching(/^no address for the name of the Console API at \S+: /),
    });
  });

  it.each([302, 403, 407, 511])('behind a proxy that answers %i fails for good', async (status) => {
    await expect(listAt(undefined, await startProxy(status))).rejects.toMatchObject({
      ...lasting,
      code: 'ERR_CONSOLE_PROXY',
      message: expect.stringMatching(
        new RegExp(
          `^the proxy refuses a connection to the Console API at https://api.adobe.io: .*${status}`,
        ),
      ),
    });
  });

  it('behind a proxy that refuses connections fails for good', async () => {
    const proxy = `http://127.0.0.1:${await closedPort()}`;
    await expect(listAt(undefined, proxy)).rejects.toMatchObject({
      ...lasting,
      code: 'ERR_CONSOLE_PROXY',
    });
  });

  it.each([429, 503])('behind a proxy that answers %i may be back', async (status) => {
    await expect(listAt(undefined, await startProxy(status))).rejects.toMatchObject({
      code: 'ERR_CONSOLE_UNAVAILABLE',
      transient: true,
    });
  });
});

describe('Secrets Manager', () => {
  const describeAt = async (endpoint: string, proxy?: string): Promise<unknown> => {
    const secrets = new SecretsManager({
      endpoint,
      proxy: readProxy({ HTTPS_PROXY: proxy }),
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      timeouts: timeouts.secretsManager,
      writesPerSecond: 50,
    });
    return await secrets.describe('the-secret', never);
  };

  it('with a certificate that nobody trusts fails for good', async () => {
    await expect(describeAt(await startSelfSigned())).rejects.toMatchObject({
      code: 'ERR_AWS_CERTIFICATE',
      transient: false,
      actor: 'operator',
      message: 'DescribeSecret failed for the-secret: DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  it('whose name does not resolve fails for good', async () => {
    await expect(describeAt('https://secretsmanager.invalid')).rejects.toMatchObject({
      code: 'ERR_AWS_UNRESOLVED',
      transient: false,
      message: 'DescribeSecret failed for the-secret: ENOTFOUND',
    });
  });

  const aws = 'https://secretsmanager.us-east-1.amazonaws.com';
  const refusedByProxy = { code: 'ERR_AWS_PROXY', transient: false, actor: 'operator' };

  it.each([302, 403, 407, 511])('behind a proxy that answers %i fails for good', async (status) => {
    await expect(describeAt(aws, await startProxy(status))).rejects.toMatchObject({
      ...refusedByProxy,
      message: `DescribeSecret failed for the-secret: the proxy answers ${status}`,
    });
  });

  it('behind a proxy that refuses connections fails for good', async () => {
    const proxy = `http://127.0.0.1:${await closedPort()}`;
    await expect(describeAt(aws, proxy)).rejects.toMatchObject({
      ...refusedByProxy,
      message: 'DescribeSecret failed for the-secret: ECONNREFUSED',
    });
  });

  it('behind a proxy that was taken for one that speaks TLS fails for good', async () => {
    const proxy = (await startProxy(200)).replace('http:', 'https:');
    await expect(describeAt(aws, proxy)).rejects.toMatchObject({
      ...refusedByProxy,
      message: 'DescribeSecret failed for the-secret: the proxy answers without TLS',
    });
  });

  it('behind a proxy that sends a page where TLS begins fails for good', async () => {
    const proxy = createServer();
    proxy.on('connect', (_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n<html>Sign in</html>'));
    });
    await expect(describeAt(aws, `http://127.0.0.1:${await listen(proxy)}`)).rejects.toMatchObject({
      ...refusedByProxy,
      message: 'DescribeSecret failed for the-secret: the proxy answers without TLS',
    });
  });

  it('that speaks no TLS is no proxy', async () => {
    const port = await listen(createServer((_, answer) => answer.end()));
    await expect(describeAt(`https://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'ERR_AWS_CERTIFICATE',
    });
  });

  it('behind a proxy whose name does not resolve fails for good', async () => {
    const proxy = 'http://user:p%40ss@proxy.invalid:8080';
    await expect(describeAt(aws, proxy)).rejects.toMatchObject(refusedByProxy);
  });

  it.each([425, 429, 502, 504])('behind a proxy that answers %i may be back', async (status) => {
    await expect(describeAt(aws, await startProxy(status))).rejects.toMatchObject({
      code: 'ERR_SECRET_UNAVAILABLE',
      message: `DescribeSecret failed for the-secret: the proxy answers ${status}`,
    });
  });

  it('behind a proxy that does not speak HTTP may be back', async () => {
    const proxy = createTcpServer((socket) => socket.end('SSH-2.0-x\r\n\r\n'));
    await expect(describeAt(aws, `http://127.0.0.1:${await listen(proxy)}`)).rejects.toMatchObject({
      code: 'ERR_SECRET_UNAVAILABLE',
      message: 'DescribeSecret failed for the-secret: ERR_PROXY_TUNNEL',
    });
  });

  const answering = async (status: number): Promise<string> => {
    const server = createServer((_, answer) => {
      answer.writeHead(status, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
    });
    return `http://127.0.0.1:${await listen(server)}`;
  };

  it.each([302, 403, 404, 511])(
    'whose place a page with status %i takes fails for good',
    async (status) => {
      await expect(describeAt(await answering(status))).rejects.toMatchObject({
        ...refusedByProxy,
        message: `DescribeSecret failed for the-secret: an answer that is not from AWS: HTTP ${status}`,
      });
    },
  );

  it.each([200, 408, 429, 500, 503])(
    'whose place a page with status %i takes may be back',
    async (status) => {
      await expect(describeAt(await answering(status))).rejects.toMatchObject({
        code: 'ERR_SECRET_UNAVAILABLE',
        transient: true,
      });
    },
  );

  it('that refuses connections may be back', async () => {
    await expect(describeAt(`http://127.0.0.1:${await closedPort()}`)).rejects.toMatchObject({
      code: 'ERR_SECRET_UNAVAILABLE',
    });
  });

  it('cannot put the token into the name of its error', async () => {
    const token = 'QwErTyUiOpAsDfGhJkLz';
    const port = await listen(
      createServer((_, answer) => {
        answer.writeHead(400, { 'x-amzn-errortype': `${token}Exception` });
        answer.end(JSON.stringify({ __type: `${token}Exception`, message: token }));
      }),
    );
    const secrets = new SecretsManager({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      timeouts: timeouts.secretsManager,
      writesPerSecond: 50,
    });
    const version = { secretId: 's', versionId: 'v'.repeat(36) };
    await expect(
      secrets.put({ ...version, secretString: new Sensitive(token) }, never),
    ).rejects.toMatchObject({ message: 'PutSecretValue failed for s: unknown error' });
  });
});
