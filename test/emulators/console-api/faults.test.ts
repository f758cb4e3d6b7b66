import { describe, expect, it } from 'vitest';
import { type ConsoleFault, echoPlaces } from '../../../emulators/console-api/fault.ts';
import { firstSecret, startConsole } from './start-console.ts';

/** Resolves as soon as the fault is about to hit a request. */
function arrival(): { readonly arrived: Promise<void>; readonly when: () => boolean } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    arrived: promise,
    when: () => {
      resolve();
      return true;
    },
  };
}

describe('an outage of the Console', () => {
  it.each([
    [400, 400_100],
    [401, 401_013],
    [403, 403_003],
    [404, 404_100],
    [429, 429_050],
    [500, 500_000],
    [503, 500_000],
  ])('can be status %i, and nothing is processed', async (status, error_code) => {
    const { consoleApi, call, client } = await startConsole();
    consoleApi.faults.inject({ kind: 'server-error', status });
    const response = await call({ method: 'POST' });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ status, error_code });
    expect(client.secrets).toHaveLength(1);
    expect(consoleApi.requests).toMatchObject([
      { outcome: 'not-processed', fault: 'server-error' },
    ]);
  });

  it('can be throttling', async () => {
    const { consoleApi, call } = await startConsole();
    consoleApi.faults.inject({ kind: 'throttled', retryAfter: '38' });
    const response = await call();
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('38');
    expect(await response.json()).toMatchObject({ error_code: 429_050 });
  });

  it.each([
    ['HTML', 'html', 200, /^<!DOCTYPE html>/],
    ['nothing', 'empty', 502, /^$/],
  ] as const)('can be a body that is %s', async (_, body, status, text) => {
    const { consoleApi, call } = await startConsole();
    consoleApi.faults.inject({ kind: 'server-error', status, body });
    const response = await call();
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(text);
  });

  it('can be a connection that is refused or reset', async () => {
    const { consoleApi, call, client } = await startConsole();
    consoleApi.faults.inject({ kind: 'reset' });
    const post = { method: 'POST' };
    await expect(call(post)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    await consoleApi.stop();
    await expect(call(post)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    expect(client.secrets).toHaveLength(1);
  });

  it.each<[string, ConsoleFault, number]>([
    ['not processed', { kind: 'unanswered' }, 1],
    ['processed', { kind: 'slow-headers' }, 2],
  ])('can be a request that is never answered, but %s', async (_, fault, secrets) => {
    const { consoleApi, call, client } = await startConsole();
    const { arrived, when } = arrival();
    consoleApi.faults.inject(fault, { when });
    const patience = new AbortController();
    const request = call({ method: 'POST', signal: patience.signal });
    await arrived;
    patience.abort();
    await expect(request).rejects.toThrow('aborted');
    expect(client.secrets).toHaveLength(secrets);
  });

  it('can hit one kind of call of one credential, for some times', async () => {
    const { consoleApi, call } = await startConsole();
    const when = (one: { method: string; credentialId: string | undefined }): boolean =>
      one.method === 'POST' && one.credentialId === '451234';
    consoleApi.faults.inject({ kind: 'throttled' }, { when, times: 1 });
    expect((await call()).status).toBe(200);
    expect((await call({ method: 'POST' })).status).toBe(429);
    expect((await call({ method: 'POST' })).status).toBe(201);
  });
});

describe('the answer of the Console', () => {
  it('can be lost after the secret was added, which leaves an orphan', async () => {
    const { consoleApi, call, client, list } = await startConsole();
    consoleApi.faults.inject({ kind: 'lost-answer' }, { times: 1 });
    await expect(call({ method: 'POST' })).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(client.liveSecrets).toHaveLength(2);
    expect((await list())[1]?.secret_usages).toBeNull();
    expect(consoleApi.requests[0]).toMatchObject({
      outcome: 'added',
      uuid: client.secrets[1]?.uuid,
      fault: 'lost-answer',
    });
  });

  it('can be lost after the secret was deleted', async () => {
    const { consoleApi, call, add, client } = await startConsole();
    const { uuid } = await add();
    consoleApi.faults.inject({ kind: 'lost-answer' }, { times: 1 });
    await expect(call({ method: 'DELETE', uuid })).rejects.toThrow('fetch failed');
    expect(client.liveSecrets).toHaveLength(1);
    expect((await call({ method: 'DELETE', uuid })).status).toBe(404);
  });

  it('can be truncated, with the value in it', async () => {
    const { consoleApi, call, client } = await startConsole();
    consoleApi.faults.inject({ kind: 'truncated-json' });
    const text = await (await call({ method: 'POST' })).text();
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(client.secrets).toHaveLength(2);
  });

  it('can break off with the connection, or be late', async () => {
    const { consoleApi, call } = await startConsole();
    consoleApi.faults.inject({ kind: 'reset-in-body' }, { times: 1 });
    await expect((await call()).text()).rejects.toThrow('terminated');
    consoleApi.faults.inject({ kind: 'slow-headers', milliseconds: 1 });
    expect((await call()).status).toBe(200);
  });

  it.each([
    ['client_secret', undefined],
    ['uuid', undefined],
    ['created_at', 1_772_352_000],
  ])('can have another %s', async (name, value) => {
    const { consoleApi, add } = await startConsole();
    consoleApi.faults.inject({ kind: 'field', name, value });
    expect((await add())[name as 'uuid']).toBe(value);
  });
});

describe('what the Console knows', () => {
  it('can change: a person adds a secret first', async () => {
    const { consoleApi, call, client } = await startConsole();
    consoleApi.faults.inject(
      { kind: 'added-by-person' },
      { when: ({ method }) => method === 'POST' },
    );
    const response = await call({ method: 'POST' });
    expect(await response.json()).toMatchObject({ title: 'ErrSecretLimit' });
    expect(client.liveSecrets.map(({ createdBy }) => createdBy)).toEqual(['person', 'person']);
    await call({ method: 'POST' });
    expect(client.secrets).toHaveLength(2);
  });

  it('can lack all uses', async () => {
    const { consoleApi, list } = await startConsole();
    consoleApi.faults.inject({ kind: 'no-usages' });
    expect((await list())[0]?.secret_usages).toBeNull();
  });

  it('can be late with uses, and then shows the earlier ones', async () => {
    const { consoleApi, list, clock, mintWith } = await startConsole();
    const lastUse = async (): Promise<string | undefined> =>
      (await list())[0]?.secret_usages?.[0]?.last_used_at;
    const [earlier, later] = [clock.milliseconds, clock.milliseconds + 600_000];
    clock.advance(600);
    await mintWith(firstSecret);
    consoleApi.faults.inject({ kind: 'late-usages', seconds: 300 });
    clock.advance(299);
    expect(await lastUse()).toBe(String(earlier));
    clock.advance(1);
    expect(await lastUse()).toBe(String(later));
  });
});

describe('an error of the Console', () => {
  const shown = async (response: Response): Promise<string> =>
    `${response.headers.get('x-request-id')} ${await response.text()}`;

  it.each(echoPlaces)('can repeat the new secret in its %s', async (place) => {
    const { consoleApi, call, client } = await startConsole();
    consoleApi.faults.inject({ kind: 'echo-secret', place });
    const response = await call({ method: 'POST' });
    expect(response.status).toBe(500);
    expect(await shown(response)).toContain(client.secrets[1]?.value);
  });

  it.each(echoPlaces)('can repeat the token in its %s', async (place) => {
    const { consoleApi, call, client, token } = await startConsole();
    consoleApi.faults.inject({ kind: 'echo-token', place });
    const response = await call({ method: 'POST' });
    expect(response.status).toBe(500);
    expect(await shown(response)).toContain(token);
    expect(client.secrets).toHaveLength(1);
  });
});
