import { once } from 'node:events';
import { createServer as createPlain } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { productCheck, readProductApi } from '../../cli/doctor/product-check.ts';
import { allowedOrigins } from '../../client/allowed-origins.ts';
import { readProxy } from '../../core/proxy.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { HttpServer, json } from '../../emulators/wire/http-server.ts';
import { PrivateCa, selfSigned } from '../support/certificates.ts';

describe('the URL that doctor --api sends the token to', () => {
  it.each([
    'https://fusion.adobe.io/api/v3/scenarios',
    'https://adobe.io',
    'https://image.adobe.com:8443/x',
    'https://na1-sandbox.api.commerce.adobe.com/a1/V1/orders',
    'https://Example.my.WORKFRONT.com/attask/api',
    'http://127.0.0.1:8080/x',
    'http://localhost',
    'http://[::1]:8080',
  ])('may be %s', (url) => {
    expect(readProductApi(url, [])).toEqual({ url, headers: {} });
  });

  it.each([
    'https://evil-adobe.com',
    'https://acme.campaign.adobe.com/x',
    'https://fusion.adobe.com.',
    'https://api.commerce.adobe.com.evil.example',
    'https://eviladobe.io/x',
    'https://adobe.io.evil.example',
    'https://evil.example/adobe.io',
    'https://evil.example?.adobe.io',
    'https://evil.example#.workfront.com',
    'https://workfront.com@evil.example',
    'https://adobeXio',
    'https://127.0.0.1.evil.example',
    'http://fusion.adobe.io',
    'ftp://fusion.adobe.io',
    'ftp://localhost/',
    'file://localhost/etc/hosts',
    'fusion.adobe.io',
  ])('must not be %s', (url) => {
    expect(() => readProductApi(url, [])).toThrow(
      '--api must be an https URL under adobe.io, workfront.com or api.commerce.adobe.com, or directly under adobe.com: it gets the token',
    );
  });

  it.each([
    'https://graph.adobe.io/api/1/graphql',
    'https://edge-graph.adobe.io',
    'https://GRAPH-stage.adobe.io:8443/x',
    'https://runtime.adobe.io/api/v1/web/1234-mine/default/action',
    'https://1234-mine.runtime.adobe.io/api/v1/web/default/action',
    'https://hook.fusion.adobe.com/3o5lrlkexample',
    'https://HOOK.fusion-eu.adobe.com:8443/3o5lrlkexample',
    'https://hook.app.workfrontfusion.com/3o5lrlkexample',
    'https://webhooks.workfront.com/3o5lrlkexample',
    'https://hooks2.workfront.com/3o5lrlkexample',
    'https://graph1.adobe.io/mine',
    'https://my-hooks.adobe.io/mine',
  ])('must not be %s, which the client gives nothing either', (url) => {
    expect(() => readProductApi(url, [])).toThrow(
      '--api must not be API Mesh, Runtime or a webhook: any customer of Adobe chooses there what gets the token',
    );
    expect(allowedOrigins(['*.adobe.io', '*.adobe.io:8443', '*.workfront.com'])(new URL(url))).toBe(
      false,
    );
  });
});

describe('the check of a product that answers 403', () => {
  const accessToken = 'the-stored-token-12345';

  async function findingOf(body: object) {
    const server = new HttpServer(() => json(403, body));
    await server.start();
    onTestFinished(() => server.stop());
    const session = {
      network: { proxy: undefined, hasOnlyHttpProxy: false, caFiles: [] },
      signal: new AbortController().signal,
    };
    const stored = { accessToken: new Sensitive(accessToken), clientId: 'id' };
    const api = readProductApi(server.url, []);
    const caller = { session, stored: Promise.resolve(stored) };
    return await productCheck(caller, api).finding;
  }

  it.each(['403000', '403003', 403003])('explains a wrong API key: %j', async (error_code) => {
    expect(await findingOf({ error_code })).toMatchObject({
      verdict: 'failed',
      detail: expect.stringContaining('the product rejects the API key'),
    });
  });

  it.each([accessToken, '12345678', '12', 'Forbidden'])(
    'shows no code that may be a piece of the token: %s',
    async (error_code) => {
      const detail =
        'responded with 403: IMS accepts the token, but the product grants it no access';
      expect(await findingOf({ error_code })).toMatchObject({ verdict: 'failed', detail });
    },
  );
});

describe('what a proxy answers in the place of a product', () => {
  async function examine(url: string, proxy?: string) {
    const session = {
      network: { proxy: readProxy({ HTTPS_PROXY: proxy }), hasOnlyHttpProxy: false, caFiles: [] },
      signal: new AbortController().signal,
    };
    const stored = { accessToken: new Sensitive('the-stored-token-12345'), clientId: 'id' };
    const caller = { session, stored: Promise.resolve(stored) };
    return await productCheck(caller, readProductApi(url, [])).finding;
  }

  async function urlOf(server: Server): Promise<string> {
    server.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it.each([
    [200, 'text/html', ''],
    [200, 'text/plain', '\n<!DOCTYPE html><title>Sign in</title>'],
    [302, 'text/plain', ''],
    [403, 'Text/HTML', '<html>Blocked</html>'],
    [407, 'application/json', '{}'],
    [511, 'text/plain', ''],
  ])('says nothing about the token: %i, %s, %j', async (status, type, body) => {
    const url = await urlOf(
      createPlain((_, answer) => answer.writeHead(status, { 'content-type': type }).end(body)),
    );
    expect(await examine(url)).toMatchObject({
      verdict: 'unknown',
      detail: expect.stringMatching(
        new RegExp(`^responded with ${status}( and a web page)?, not as Adobe's products do$`),
      ),
      fix: expect.stringContaining('a proxy on the way may have answered: correct HTTPS_PROXY'),
    });
  });

  it('may have rejected the token, or a gateway of the product: 401 and a web page', async () => {
    const url = await urlOf(
      createPlain((_, answer) => answer.writeHead(401, { 'content-type': 'text/html' }).end('<p>')),
    );
    expect(await examine(url)).toMatchObject({
      verdict: 'failed',
      detail: 'responded with 401 and a web page: the token is rejected',
      fix: expect.stringMatching(/^see "token at IMS" above; if IMS accepts it, a proxy /),
    });
  });

  it('is told from an error of the gateway that is sent as a web page', async () => {
    const body = '{"error_code":"403000","message":"Api Key is invalid"}';
    const url = await urlOf(
      createPlain((_, answer) => answer.writeHead(403, { 'content-type': 'text/html' }).end(body)),
    );
    expect(await examine(url)).toMatchObject({
      verdict: 'failed',
      detail: 'responded with 403 (403000): the product rejects the API key',
    });
  });

  it.each([
    [200, 'ok'],
    [401, 'failed'],
  ])('is told from XML of a product: %i', async (status, verdict) => {
    const url = await urlOf(
      createPlain((_, answer) =>
        answer.writeHead(status, { 'content-type': 'application/xml' }).end('<items/>'),
      ),
    );
    expect(await examine(url)).toMatchObject({ verdict });
  });

  it('is named where it refuses the connection', async () => {
    const proxy = createPlain();
    proxy.on('connect', (_, socket) => socket.end('HTTP/1.1 407 No\r\n\r\n'));
    expect(await examine('https://fusion.adobe.io', await urlOf(proxy))).toMatchObject({
      verdict: 'unknown',
      detail: expect.stringContaining('Proxy response (407)'),
      fix: expect.stringContaining('correct HTTPS_PROXY with its user and password'),
    });
  });

  it('is named where its certificate is not trusted', async () => {
    const server = createServer(selfSigned());
    const url = (await urlOf(server)).replace('http:', 'https:');
    expect(await examine(url)).toEqual({
      verdict: 'unknown',
      detail: 'no response: DEPTH_ZERO_SELF_SIGNED_CERT self-signed certificate',
      fix: expect.stringContaining('AWS_CA_BUNDLE=FILE'),
    });
  });
});

describe('a host that cannot be trusted', () => {
  it('does not fill the terminal with the names in its certificate', async () => {
    const ca = new PrivateCa();
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, ca.cert]);
    onTestFinished(() => setDefaultCACertificates(before));
    const names = Array.from({ length: 1000 }, (_, index) => `host-${index}.example.com`);
    const server = createServer(ca.issue(...names)).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const session = {
      network: { proxy: undefined, hasOnlyHttpProxy: false, caFiles: [] },
      signal: new AbortController().signal,
    };
    const stored = { accessToken: new Sensitive('the-stored-token-12345'), clientId: 'id' };
    const api = readProductApi(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, []);
    const caller = { session, stored: Promise.resolve(stored) };
    const { detail } = await productCheck(caller, api).finding;
    expect(detail).toMatch(
      /^no response: ERR_TLS_CERT_ALTNAME_INVALID Hostname\/IP does not match certificate's altnames: /,
    );
    expect(detail.length).toBeLessThan(200);
  });
});
