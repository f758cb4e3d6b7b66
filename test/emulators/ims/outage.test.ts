import { describe, expect, it } from 'vitest';
import { clientId, otherCredentials, registerOther, requestToken, startIms } from './start-ims.ts';

describe('an outage', () => {
  it.each(['5', 'Sun, 01 Mar 2026 08:00:05 GMT'])(
    'can throttle with Retry-After: %s',
    async (retryAfter) => {
      const ims = await startIms();
      ims.faults.inject({ kind: 'throttled', retryAfter });
      const response = await requestToken(ims);
      expect(response.status).toBe(429);
      expect(response.headers.get('retry-after')).toBe(retryAfter);
    },
  );

  it('can throttle without Retry-After', async () => {
    const ims = await startIms();
    ims.faults.inject({ kind: 'throttled' });
    const response = await requestToken(ims);
    expect(response.status).toBe(429);
    expect(response.headers.has('retry-after')).toBe(false);
  });

  it.each([
    [undefined, 'application/json', /^\{"error":/],
    ['json', 'application/json', /^\{"error":/],
    ['html', 'text/html', /^<!DOCTYPE html>/],
    ['empty', null, /^$/],
  ] as const)('can be a server error with the body: %s', async (body, contentType, text) => {
    const ims = await startIms();
    ims.faults.inject({ kind: 'server-error', status: 503, body });
    const response = await requestToken(ims);
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe(contentType);
    expect(await response.text()).toMatch(text);
  });

  it('can be a server error with Retry-After', async () => {
    const ims = await startIms();
    ims.faults.inject({ kind: 'server-error', status: 503, body: 'empty', retryAfter: '7' });
    expect((await requestToken(ims)).headers.get('retry-after')).toBe('7');
  });

  it.each([302, 307] as const)('can redirect with %i', async (status) => {
    const ims = await startIms();
    ims.faults.inject({ kind: 'redirect', status, location: 'https://elsewhere.invalid/' });
    const response = await requestToken(ims, {}, { redirect: 'manual' });
    expect(response.status).toBe(status);
    expect(response.headers.get('location')).toBe('https://elsewhere.invalid/');
  });

  it('can reset the connection', async () => {
    const ims = await startIms();
    ims.faults.inject({ kind: 'reset' });
    await expect(requestToken(ims)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  });

  it('can send an endless body until the client disconnects', async () => {
    const ims = await startIms();
    ims.faults.inject({ kind: 'endless-body' });
    const response = await requestToken(ims);
    let length = 0;
    for await (const chunk of response.body ?? []) {
      length += chunk.length;
      if (length > 1024 * 1024) break;
    }
    expect(length).toBeGreaterThan(1024 * 1024);
  });

  it('mints nothing, has a debug id, and is recorded if it hits a POST', async () => {
    const ims = await startIms();
    ims.faults.inject({ kind: 'server-error', status: 500 });
    const response = await requestToken(ims);
    expect(response.headers.get('x-debug-id')).not.toBeNull();
    expect(ims.mintCount).toBe(0);
    await fetch(`${ims.url}/ims/token/v3`);
    expect(ims.tokenRequests).toMatchObject([
      { clientId, outcome: 'not-processed', fault: 'server-error' },
    ]);
  });
});

describe('a fault', () => {
  it('can hit one client and one path only', async () => {
    const ims = await startIms();
    registerOther(ims);
    ims.faults.inject(
      { kind: 'server-error', status: 500 },
      { when: (call) => call.clientId === 'other' && call.path === '/ims/token/v3' },
    );
    expect((await requestToken(ims)).status).toBe(200);
    expect((await requestToken(ims, otherCredentials)).status).toBe(500);
    const query = new URLSearchParams({ client_id: 'other', token: 'a.b.c' });
    expect((await fetch(`${ims.url}/ims/validate_token/v1?${query}`)).status).toBe(200);
  });

  it('can be begun and ended over HTTP, where somebody is told of it', async () => {
    const ims = await startIms();
    const told: boolean[] = [];
    ims.onOutage = async (begins) => void told.push(begins);
    const outage = async (method: string) => (await fetch(`${ims.url}/outage`, { method })).status;
    expect(await outage('PUT')).toBe(200);
    expect((await requestToken(ims)).status).toBe(503);
    expect(await outage('PUT')).toBe(200);
    expect(await outage('DELETE')).toBe(200);
    expect((await requestToken(ims)).status).toBe(200);
    expect(told).toEqual([true, true, false]);
    // Another site's page may send POST without asking, and before anything else it asks.
    for (const method of ['GET', 'POST', 'OPTIONS']) expect(await outage(method)).toBe(405);
    expect(told).toHaveLength(3);
  });

  it('cannot be begun over HTTP where nobody is told of it', async () => {
    const ims = await startIms();
    expect((await fetch(`${ims.url}/outage`, { method: 'PUT' })).status).toBe(404);
    expect((await requestToken(ims)).status).toBe(200);
  });
});
