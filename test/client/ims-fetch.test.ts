import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createImsFetch, type ImsFetchOptions } from '../../client/index.ts';
import type { SecretValue } from '../../client/options.ts';
import type { TokenError } from '../../client/token-error.ts';
import {
  type HttpReply,
  type HttpRequest,
  HttpServer,
  json,
} from '../../emulators/wire/http-server.ts';
import { pending, Source, secretValue, settle, start, startReader } from './start-reader.ts';

const notValid = { error_code: '401013', message: 'Oauth token is not valid' };

/** A product, and a fetch with a reader on a virtual clock. */
async function startProduct(
  answer: (request: HttpRequest) => HttpReply | Promise<HttpReply>,
  options: ImsFetchOptions = {},
) {
  const requests: HttpRequest[] = [];
  const server = new HttpServer((request) => {
    requests.push(request);
    return answer(request);
  });
  await server.start();
  onTestFinished(() => server.stop());
  const source = new Source();
  const { reader } = startReader(source);
  const problems: TokenError[] = [];
  const imsFetch = createImsFetch(reader, {
    origins: [server.url],
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  return { url: server.url, requests, source, reader, imsFetch, problems };
}

const accepts =
  (token: string, refusal: () => HttpReply) =>
  ({ headers, body }: HttpRequest): HttpReply =>
    headers.authorization === `Bearer ${token}` ? json(200, { body: body.toString() }) : refusal();

/** A product that has just ceased to accept the cached token, of which there is a successor. */
async function startAfterRenewal(refusal = (): HttpReply => json(401, notValid)) {
  const product = await startProduct(accepts('token-2', refusal));
  await product.reader.getToken();
  product.source.answer = secretValue('token-2', start + 86_400_000);
  product.source.advance(10);
  return product;
}

describe('a call', () => {
  it('has the headers of the reader, and the caller’s own', async () => {
    const { url, imsFetch, requests } = await startProduct(() => json(200, {}));
    const response = await imsFetch(`${url}/x?y=1`, {
      method: 'POST',
      body: 'hello',
      headers: { 'X-Request-Id': '7', 'x-api-key': 'mine', authorization: 'Basic mine' },
    });
    expect(response.status).toBe(200);
    const [{ method, headers, body } = expect.fail('no request')] = requests;
    expect({ method, body: body.toString() }).toEqual({ method: 'POST', body: 'hello' });
    expect(headers).toMatchObject({
      authorization: 'Bearer token-1',
      'x-api-key': 'mine',
      'x-request-id': '7',
    });
  });

  it('may be a Request or a URL', async () => {
    const { url, imsFetch, requests } = await startProduct(() => json(200, {}));
    await imsFetch(new Request(`${url}/a`, { method: 'PUT', body: 'x', headers: { b: 'c' } }));
    await imsFetch(new URL('/b', url));
    expect(requests.map(({ method, url: { pathname } }) => [method, pathname])).toEqual([
      ['PUT', '/a'],
      ['GET', '/b'],
    ]);
    expect(requests[0]?.headers).toMatchObject({ b: 'c', authorization: 'Bearer token-1' });
    expect(requests[0]?.body.toString()).toBe('x');
  });

  it('goes to the URL that it was given, whatever the caller makes of that meanwhile', async () => {
    const other = await startProduct(() => json(200, {}));
    const { url, imsFetch, requests } = await startProduct(() => json(200, {}));
    const target = new URL('/first', url);
    const call = imsFetch(target);
    target.href = `${other.url}/second`;
    await call;
    expect(requests.map(({ url: { pathname } }) => pathname)).toEqual(['/first']);
    expect(other.requests).toEqual([]);
  });

  it('goes to the URL of a foreign class as it was, for example of a test environment', async () => {
    const { url, imsFetch, requests } = await startProduct(() => json(200, {}));
    const target = { path: '/first', toString: () => `${url}${target.path}` };
    const call = imsFetch(target as unknown as URL);
    target.path = '/second';
    await call;
    expect(requests.map(({ url: { pathname } }) => pathname)).toEqual(['/first']);
  });

  it.each([
    ['', (url: string, signal: AbortSignal): Parameters<typeof fetch> => [url, { signal }]],
    [
      ' of a Request',
      (url: string, signal: AbortSignal): Parameters<typeof fetch> => [
        new Request(url, { signal }),
      ],
    ],
  ])('ends by its signal%s while it waits for the token', async (_, call) => {
    const { url, imsFetch, requests, source } = await startProduct(() => json(200, {}));
    const { promise, resolve } = pending<SecretValue>();
    const answer = source.answer as SecretValue;
    source.answer = () => promise;
    const controller = new AbortController();
    const aborted = imsFetch(...call(url, controller.signal));
    const other = imsFetch(url);
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    resolve(answer);
    expect((await other).status).toBe(200);
    expect(requests).toHaveLength(1);
    await expect(imsFetch(url, { signal: controller.signal })).rejects.toBe(
      controller.signal.reason,
    );
  });

  it('fails with the reader’s error before anything is sent', async () => {
    const { url, imsFetch, requests, source } = await startProduct(() => json(200, {}));
    source.answer = { SecretString: 'no token' };
    await expect(imsFetch(url)).rejects.toMatchObject({ code: 'ERR_TOKEN_UNREADABLE' });
    expect(requests).toEqual([]);
  });
});

describe('the origins', () => {
  it.each([
    'https://fusion.adobe.io/api',
    'https://run-workflow.adobe.io',
    'https://a.b.adobe.io',
    'https://brandhook.my.workfront.com/maestro/api',
  ])('include %s', async (url) => {
    const sent: string[] = [];
    const { imsFetch } = await startProduct(() => json(200, {}), {
      origins: undefined,
      fetch: (input) => {
        sent.push(String(input));
        return Promise.resolve(new Response());
      },
    });
    await imsFetch(url);
    expect(sent).toEqual([new URL(url).href]);
  });

  it('are those of the URL that is sent, whatever a parser makes of the caller’s text', async () => {
    const sent: unknown[] = [];
    const { imsFetch } = await startProduct(() => json(200, {}), {
      origins: undefined,
      fetch: (input) => {
        sent.push(input);
        return Promise.resolve(new Response());
      },
    });
    // Parsers before the URL Standard call evil.com for it.
    await imsFetch('https://fusion.adobe.io\\@evil.com');
    expect(sent).toEqual(['https://fusion.adobe.io/@evil.com']);
  });

  it('are not left by a header that names another site on the same servers', async () => {
    const sent: (string | null)[] = [];
    const { imsFetch } = await startProduct(() => json(200, {}), {
      origins: undefined,
      // Unlike that of Node.js, some send it.
      fetch: (_, init) => {
        sent.push(new Headers(init?.headers).get('host'));
        return Promise.resolve(new Response());
      },
    });
    await imsFetch('https://fusion.adobe.io', { headers: { Host: 'evil.example' } });
    expect(sent).toEqual([null]);
  });

  it.each([
    'http://fusion.adobe.io',
    'https://fusion.adobe.io:8443',
    'https://adobe.io',
    'https://evil-adobe.io',
    'https://adobe.io.evil.com',
    'https://fusion.adobe.io@evil.com',
    'https://fusion.adobe.io.',
    'https://evil.com/fusion.adobe.io',
    'https://evil.com#.adobe.io',
    'https://workfront.com.evil.com',
    'blob:https://fusion.adobe.io/1',
    'data:text/plain,x',
    'https://graph.adobe.io/api/1/graphql',
    'https://edge-graph.adobe.io',
    'https://1234-mine.runtime.adobe.io/api/v1/web/default/action',
    'https://hook2.fusion.workfront.com/mine',
    'https://graph1-stage.adobe.io',
  ])('do not include %s, which gets nothing', async (url) => {
    const { imsFetch, source } = await startProduct(() => json(200, {}), {
      origins: undefined,
      fetch: () => expect.fail('sent'),
    });
    await expect(imsFetch(url)).rejects.toMatchObject({ code: 'ERR_ORIGIN_NOT_ALLOWED' });
    expect(source.reads).toEqual([]);
  });

  it.each([
    '*',
    '*.io',
    'https://*',
    'http://fusion.adobe.io',
    'ftp://fusion.adobe.io',
    'https://fusion.adobe.io/api',
    'a.*.adobe.io',
    'user@adobe.io',
    '',
  ])('cannot be "%s"', async (origin) => {
    const { url, imsFetch } = await startProduct(() => json(200, {}), { origins: [origin] });
    await expect(imsFetch(url)).rejects.toThrow(TypeError);
  });

  it('are compared without a default port and in any case, and may be those left out', async () => {
    const { imsFetch } = await startProduct(() => json(200, {}), {
      origins: ['HTTPS://Api.Example.com:443', 'graph.adobe.io'],
      fetch: () => Promise.resolve(new Response('sent')),
    });
    expect(await (await imsFetch('https://api.example.com')).text()).toBe('sent');
    expect(await (await imsFetch('https://graph.adobe.io/api')).text()).toBe('sent');
  });
});

describe('a rejected token', () => {
  it.each([
    ['401', () => json(401, {})],
    ['401 without a body', (): HttpReply => ({ status: 401 })],
    ['401013 in a 403', () => json(403, notValid)],
    ['401013 as a number in a 400', () => json(400, { error_code: 401013 })],
    [
      '401013 in a short 200',
      (): HttpReply => {
        const body = JSON.stringify(notValid);
        const headers = { 'content-type': 'application/json', 'content-length': `${body.length}` };
        return { status: 200, headers, body };
      },
    ],
  ])(
    'told by %s is read again, and the request is repeated with the new one',
    async (_, refusal) => {
      const { url, imsFetch, requests } = await startAfterRenewal(refusal);
      const response = await imsFetch(url, { method: 'POST', body: 'hello' });
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ body: 'hello' });
      expect(requests).toHaveLength(2);
    },
  );

  it.each([
    ['a typed array', new TextEncoder().encode('hello')],
    ['an ArrayBuffer', new TextEncoder().encode('hello').buffer],
    ['a Blob', new Blob(['hello'])],
    ['parameters', new URLSearchParams('hello')],
  ])('repeats a body that is %s', async (_, body) => {
    const { url, imsFetch } = await startAfterRenewal();
    const response = await imsFetch(url, { method: 'POST', body });
    expect(await response.text()).toContain('hello');
  });

  it.each([
    ['a stream', { body: Readable.toWeb(Readable.from(['hello'])), duplex: 'half' }],
    [
      'an iterable',
      {
        body: (async function* () {
          yield* [await Promise.resolve('hello')];
        })(),
        duplex: 'half',
      },
    ],
  ])('does not repeat a body that is %s, and the next call has the new token', async (_, init) => {
    const { url, imsFetch, requests } = await startAfterRenewal();
    const response = await imsFetch(url, { method: 'POST', ...init } as RequestInit);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual(notValid);
    expect((await imsFetch(url)).status).toBe(200);
    expect(requests).toHaveLength(2);
  });

  it('does not repeat the body of a Request, but a Request without one', async () => {
    const { url, imsFetch } = await startAfterRenewal();
    const request = new Request(url, { method: 'POST', body: 'hello' });
    expect((await imsFetch(request)).status).toBe(401);
    const second = await startAfterRenewal();
    expect((await second.imsFetch(new Request(second.url))).status).toBe(200);
  });

  it('that is still the current one is returned as the product answered', async () => {
    const { url, imsFetch, requests, source } = await startProduct(() => json(401, notValid));
    await imsFetch(url);
    source.advance(10);
    const response = await imsFetch(url);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual(notValid);
    expect(requests).toHaveLength(2);
    expect(source.reads).toHaveLength(2);
  });

  it.each([
    ['', 0],
    [', also when it expires meanwhile', 86_400],
  ])('whose successor cannot be read is returned as the product answered%s', async (_, seconds) => {
    const { url, imsFetch, source } = await startProduct(() => {
      source.answer = { SecretString: 'no token' };
      source.advance(10 + seconds);
      return json(401, notValid);
    });
    const response = await imsFetch(url);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual(notValid);
    expect(source.reads).toHaveLength(2);
  });

  it('is replaced once for a call, and the successor is read again for the next', async () => {
    const { url, imsFetch, requests, source, reader } = await startProduct(() => json(401, {}));
    await reader.getToken();
    source.answer = secretValue('token-2', start + 86_400_000);
    source.advance(10);
    expect((await imsFetch(url)).status).toBe(401);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
    source.answer = secretValue('token-3', start + 86_400_000);
    source.advance(10);
    await imsFetch(url);
    expect(requests[2]?.headers.authorization).toBe('Bearer token-3');
  });
});

describe('other responses', () => {
  it.each([
    ['a gateway error', { error_code: '403003', message: 'Api Key is invalid' }, 'x-api-key'],
    ['a product’s problem', { type: 'Forbidden', title: 'Access denied' }, 'product profile'],
  ])(
    'that are a 403 with %s are returned, and the callback gets the hint',
    async (_, body, hint) => {
      const { url, imsFetch, problems } = await startProduct(() => json(403, body));
      const response = await imsFetch(url);
      expect(response.status).toBe(403);
      expect(await response.json()).toEqual(body);
      await settle();
      expect(problems).toMatchObject([
        { code: 'ERR_PRODUCT_ACCESS_DENIED', message: expect.stringContaining(hint) },
      ]);
    },
  );

  it.each([
    ['says nothing', { message: 'no' }],
    ['repeats what was sent', { error_code: 'Bearer token-1' }],
  ])('that are a 403 whose body %s give no hint', async (_, body) => {
    const { url, imsFetch, problems } = await startProduct(() => json(403, body));
    expect((await imsFetch(url)).status).toBe(403);
    await settle();
    expect(problems).toEqual([]);
  });

  it('that are a 403 with a piece of the token as their code give no hint', async () => {
    const { url, imsFetch, problems, source } = await startProduct(() =>
      json(403, { error_code: 'for:opaque-token' }),
    );
    source.answer = secretValue('an-opaque-token-of-ims', start + 86_400_000);
    expect((await imsFetch(url)).status).toBe(403);
    await settle();
    expect(problems).toEqual([]);
  });

  it('that are long are returned whole, and not looked into', async () => {
    const body = { error_code: '401013', text: 'x'.repeat(1_000_000) };
    const { url, imsFetch, requests } = await startAfterRenewal(() => json(500, body));
    expect(await (await imsFetch(url)).json()).toEqual(body);
    expect(requests).toHaveLength(1);
  });

  it('that succeed are returned before their body has arrived', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const body = (async function* () {
      yield '[1';
      yield await promise;
    })();
    const headers = { 'content-type': 'application/json' };
    const { url, imsFetch } = await startProduct(() => ({ status: 200, headers, body }));
    const response = await imsFetch(url);
    resolve(',2]');
    expect(await response.json()).toEqual([1, 2]);
  });
});
