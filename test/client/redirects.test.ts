import { describe, expect, it, onTestFinished } from 'vitest';
import { createImsFetch } from '../../client/index.ts';
import { type HttpRequest, HttpServer, json } from '../../emulators/wire/http-server.ts';
import { Source, startReader } from './start-reader.ts';

/** Redirects `/<status>?to=<location>`, and answers anything else with what it received. */
async function startRedirecting() {
  const requests: HttpRequest[] = [];
  /** Aborts when `/silent` is called, which never answers. */
  const silent = new AbortController();
  const server = new HttpServer((request) => {
    requests.push(request);
    const { url, method, headers, body } = request;
    if (url.pathname === '/silent') {
      silent.abort();
      return new Promise(() => undefined);
    }
    const [, status] = /^\/(30\d)$/.exec(url.pathname) ?? [];
    if (url.pathname === '/loop') return { status: 302, headers: { location: '/loop' } };
    const location = url.searchParams.get('to');
    if (status === undefined) return json(200, { method, body: body.toString(), headers });
    return { status: Number(status), ...(location !== null && { headers: { location } }) };
  });
  await server.start();
  onTestFinished(() => server.stop());
  const imsFetch = createImsFetch(startReader(new Source()).reader, { origins: [server.url] });
  return { url: server.url, requests, imsFetch, silent: silent.signal };
}

describe('a redirect within the origin', () => {
  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [302, 'PUT', 'PUT', 'hello'],
    [307, 'POST', 'POST', 'hello'],
    [308, 'POST', 'POST', 'hello'],
  ])('by %i of a %s is followed as a %s, as fetch does', async (status, method, then, body) => {
    const { url, imsFetch } = await startRedirecting();
    const init = { method, body: 'hello', headers: { 'content-type': 'text/plain' } };
    const followed = (await (
      await imsFetch(`${url}/${status}?to=/end`, init)
    ).json()) as HttpRequest;
    expect(followed).toMatchObject({ method: then, body });
    expect(followed.headers.authorization).toBe('Bearer token-1');
    const plain = (await (await fetch(`${url}/${status}?to=/end`, init)).json()) as HttpRequest;
    expect(followed).toMatchObject({ method: plain.method, body: plain.body });
    expect(followed.headers['content-type']).toBe(plain.headers['content-type']);
  });

  it('follows a Request with its method', async () => {
    const { url, imsFetch } = await startRedirecting();
    const response = await imsFetch(new Request(`${url}/307?to=/end`, { method: 'DELETE' }));
    expect(await response.json()).toMatchObject({ method: 'DELETE' });
  });

  it('is aborted by the signal of a Request', async () => {
    const { url, imsFetch, silent } = await startRedirecting();
    const request = new Request(`${url}/307?to=/silent`, { signal: silent });
    await expect(imsFetch(request)).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('cannot send a stream again', async () => {
    const { url, imsFetch } = await startRedirecting();
    const request = new Request(`${url}/307?to=/end`, { method: 'POST', body: 'hello' });
    await expect(imsFetch(request)).rejects.toThrow(TypeError);
  });

  it('is given up after 20', async () => {
    const { url, imsFetch, requests } = await startRedirecting();
    const loop = encodeURIComponent('/loop');
    await expect(imsFetch(`${url}/302?to=${loop}`)).rejects.toThrow(/more than 20 times/);
    expect(requests).toHaveLength(21);
  });

  it('without a location is a response', async () => {
    const { url, imsFetch } = await startRedirecting();
    expect((await imsFetch(`${url}/302`)).status).toBe(302);
  });
});

describe('a redirect to another origin', () => {
  it('is an error, and the other origin gets nothing', async () => {
    const { url, imsFetch } = await startRedirecting();
    const other = await startRedirecting();
    await expect(imsFetch(`${url}/302?to=${other.url}/end`)).rejects.toMatchObject({
      code: 'ERR_ORIGIN_NOT_ALLOWED',
    });
    expect(other.requests).toEqual([]);
  });

  it.each([
    ['', (url: string): Parameters<typeof fetch> => [url, { redirect: 'manual' }]],
    [
      ' of a Request',
      (url: string): Parameters<typeof fetch> => [new Request(url, { redirect: 'manual' })],
    ],
  ])('can be followed by the caller%s', async (_, call) => {
    const { url, imsFetch } = await startRedirecting();
    const response = await imsFetch(...call(`${url}/302?to=https://files.example.com/1`));
    expect(response.headers.get('location')).toBe('https://files.example.com/1');
  });

  it('is an error of fetch where the caller wants none', async () => {
    const { url, imsFetch } = await startRedirecting();
    await expect(imsFetch(`${url}/302?to=/end`, { redirect: 'error' })).rejects.toThrow(TypeError);
  });
});
