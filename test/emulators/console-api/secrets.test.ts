import { describe, expect, it } from 'vitest';
import { requestToken } from '../ims/start-ims.ts';
import { clientId, credentialId, firstSecret, startConsole } from './start-console.ts';

describe('the list of secrets', () => {
  it('has each secret without its value, oldest first', async () => {
    const { call, clock, add } = await startConsole();
    clock.advance(60);
    await add();
    const response = await call();
    expect(response.status).toBe(200);
    expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    const permanent = { expires_at: 'PERMANENT', expires_at_str: 'PERMANENT' };
    expect(await response.json()).toEqual({
      client_id: clientId,
      client_secrets: [
        {
          ...permanent,
          created_at: '1772352000000',
          created_at_str: 'Sun, Mar 1 2026 08:00:00.000 UTC',
          uuid: expect.stringMatching(/^[\da-f]{32}$/),
          secret_usages: [{ last_used_at: '1772352000000', grant_type: 'client_credentials' }],
        },
        {
          ...permanent,
          created_at: '1772352060000',
          created_at_str: 'Sun, Mar 1 2026 08:01:00.000 UTC',
          uuid: expect.stringMatching(/^[\da-f]{32}$/),
          secret_usages: null,
        },
      ],
    });
  });

  it('says when a token was last minted with each secret, to the millisecond', async () => {
    const { list, add, clock, mintWith } = await startConsole();
    const { client_secret } = await add();
    clock.milliseconds += 1001;
    await mintWith(client_secret, 'openid');
    clock.milliseconds += 1;
    await mintWith(firstSecret, 'openid');
    const usages = (await list()).map(({ secret_usages }) => secret_usages?.[0]?.last_used_at);
    expect(usages).toEqual(['1772352001002', '1772352001001']);
  });

  it('knows no use by a request that IMS rejects or that invalidates a token', async () => {
    const { list, add, ims, token } = await startConsole();
    const { client_secret } = await add();
    const client = { client_id: clientId, client_secret };
    await requestToken(ims, { ...client, scope: 'not-granted' });
    await fetch(`${ims.url}/ims/invalidate_token/v2`, {
      method: 'POST',
      body: new URLSearchParams({ ...client, token_type: 'access_token', token: `${token}x` }),
    });
    expect((await list())[1]?.secret_usages).toBeNull();
  });

  it('shows the whole second in which a secret was created, as in the samples of Adobe', async () => {
    const { add, clock } = await startConsole();
    clock.milliseconds += 1999;
    expect((await add()).created_at).toBe('1772352001000');
  });
});

describe('a secret that is added', () => {
  it('is shown with its value once, and accepted by IMS from then on', async () => {
    const { call, list, ims, mintWith } = await startConsole();
    const response = await call({ method: 'POST' });
    expect(response.status).toBe(201);
    const added = (await response.json()) as Record<string, string>;
    expect(added).toEqual({
      expires_at: 'PERMANENT',
      expires_at_str: 'PERMANENT',
      client_secret: expect.stringMatching(/^p8e-[\w-]{32}$/),
      created_at: '1772352000000',
      created_at_str: 'Sun, Mar 1 2026 08:00:00.000 UTC',
      uuid: expect.stringMatching(/^[\da-f]{32}$/),
      secret_usages: null,
    });
    expect(ims.isValid(await mintWith(added['client_secret'] ?? ''))).toBe(true);
    expect(ims.isValid(await mintWith(firstSecret))).toBe(true);
    expect(JSON.stringify(await list())).not.toContain('p8e-');
  });

  it('is refused if there are two, whoever added them', async () => {
    const { call, client, list } = await startConsole();
    client.addSecret('p8e-of-a-colleague');
    const response = await call({ method: 'POST' });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      title: 'ErrSecretLimit',
      status: 400,
      error_code: 400_101,
      message: 'The credential has two client secrets already',
    });
    expect(await list()).toHaveLength(2);
  });
});

describe('a secret that is deleted', () => {
  it('is refused by IMS from then on, but its tokens stay valid', async () => {
    const { call, list, add, ims, client, token } = await startConsole();
    const added = await add();
    const uuid = client.secrets[0]?.uuid ?? '';
    const response = await call({ method: 'DELETE', uuid });
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect((await list()).map((secret) => secret.uuid)).toEqual([added.uuid]);
    const old = await requestToken(ims, { client_id: clientId, client_secret: firstSecret });
    expect(await old.json()).toEqual({
      error: 'invalid_client',
      error_description: 'invalid client_secret parameter',
    });
    expect(ims.isValid(token)).toBe(true);
  });

  it('makes room for another', async () => {
    const { call, add, client } = await startConsole();
    await add();
    expect((await call({ method: 'POST' })).status).toBe(400);
    await call({ method: 'DELETE', uuid: client.secrets[0]?.uuid ?? '' });
    expect((await call({ method: 'POST' })).status).toBe(201);
  });

  it('is unknown the second time', async () => {
    const { call, add } = await startConsole();
    const { uuid } = await add();
    expect((await call({ method: 'DELETE', uuid })).status).toBe(204);
    const again = await call({ method: 'DELETE', uuid });
    expect(again.status).toBe(404);
    expect(await again.json()).toMatchObject({ title: 'ErrSecretNotFound', status: 404 });
  });

  it('can be the last one, unless the Console is told to keep it', async () => {
    const { call, consoleApi, client } = await startConsole();
    const uuid = client.secrets[0]?.uuid ?? '';
    consoleApi.keepsLastSecret = true;
    const kept = await call({ method: 'DELETE', uuid });
    expect(kept.status).toBe(400);
    expect(await kept.json()).toMatchObject({ title: 'ErrLastSecret' });
    consoleApi.keepsLastSecret = false;
    expect((await call({ method: 'DELETE', uuid })).status).toBe(204);
  });
});

it('the Console can answer with 200 to all, as its OpenAPI document says', async () => {
  const { consoleApi, call } = await startConsole();
  consoleApi.answersWith200 = true;
  const added = await call({ method: 'POST' });
  expect(added.status).toBe(200);
  const { uuid } = (await added.json()) as { uuid: string };
  expect((await call({ method: 'DELETE', uuid })).status).toBe(200);
});

describe('a test can read', () => {
  it('what became of each secret, and by whom, without its value', async () => {
    const { consoleApi, client, call, add, clock } = await startConsole();
    const { uuid } = await add();
    clock.advance(10);
    client.removeSecret(firstSecret);
    await call({ method: 'DELETE', uuid });
    const [first, second] = consoleApi.secretsOf(credentialId);
    const at = clock.milliseconds;
    expect(first).toMatchObject({
      createdAt: at - 10_000,
      createdBy: 'person',
      lastUsedAt: at - 10_000,
      deletedAt: at,
      deletedBy: 'person',
    });
    expect(second).toMatchObject({
      uuid,
      createdAt: at - 10_000,
      createdBy: { clientId },
      lastUsedAt: undefined,
      deletedAt: at,
      deletedBy: { clientId },
    });
    expect(JSON.stringify(consoleApi.secretsOf(credentialId))).not.toContain('p8e-');
    expect(first?.value).toBe(firstSecret);
    expect(() => consoleApi.secretsOf('1')).toThrow('no such credential: 1');
  });

  it('each request and its outcome, without values', async () => {
    const { consoleApi, call, add, token } = await startConsole();
    const { uuid, client_secret } = await add();
    await call();
    await call({ method: 'POST' });
    await call({ method: 'DELETE', uuid });
    await call({ path: '/console', headers: { 'x-api-key': undefined } });
    const common = { orgId: '23294', credentialId, clientId, fault: undefined };
    expect(consoleApi.requests).toEqual([
      { ...common, method: 'POST', uuid, outcome: 'added' },
      { ...common, method: 'GET', uuid: undefined, outcome: 'listed' },
      { ...common, method: 'POST', uuid: undefined, outcome: 'ErrSecretLimit' },
      { ...common, method: 'DELETE', uuid, outcome: 'deleted' },
      {
        method: 'GET',
        orgId: undefined,
        credentialId: undefined,
        uuid: undefined,
        clientId: undefined,
        outcome: 'ErrMissingApiKey',
        fault: undefined,
      },
    ]);
    const records = JSON.stringify(consoleApi.requests);
    expect(records).not.toContain(token);
    expect(records).not.toContain(client_secret);
    consoleApi.clearRequests();
    expect(consoleApi.requests).toEqual([]);
  });
});
