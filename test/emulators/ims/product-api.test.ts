import { describe, expect, it, onTestFinished } from 'vitest';
import type { ImsEmulator } from '../../../emulators/ims/emulator.ts';
import { ProductApiEmulator } from '../../../emulators/ims/product-api.ts';
import { Clock, clientId, mint, orgId, startIms } from './start-ims.ts';

interface World {
  readonly clock: Clock;
  readonly ims: ImsEmulator;
  readonly api: ProductApiEmulator;
  readonly token: string;
}

async function startWorld(): Promise<World> {
  const clock = new Clock();
  const ims = await startIms({ now: clock.now });
  const api = new ProductApiEmulator(ims);
  await api.start();
  onTestFinished(() => api.stop());
  return { clock, ims, api, token: await mint(ims) };
}

/** Calls the API with valid headers and changes; undefined removes a header. */
async function call(
  { api, token }: World,
  changes: Readonly<Record<string, string | undefined>> = {},
  path = '/api/v3/scenarios',
  method = 'GET',
): Promise<Response> {
  const headers = new Headers();
  const all = {
    authorization: `Bearer ${token}`,
    'x-api-key': clientId,
    'x-organization-id': '4711',
    'x-gw-region': 'or2',
    ...changes,
  };
  for (const [name, value] of Object.entries(all))
    if (value !== undefined) headers.set(name, value);
  return await fetch(`${api.url}${path}`, { method, headers });
}

const rejected = [
  ['no token', { authorization: undefined }, 403, '403010', 'Oauth token is missing'],
  ['no bearer token', { authorization: 'Basic eA==' }, 403, '403010', 'Oauth token is missing'],
  ['no API key', { 'x-api-key': undefined }, 403, '403000', 'Api Key is required'],
  ['a made-up token', { authorization: 'Bearer a.b.c' }, 401, '401013', 'Oauth token is not valid'],
  ['the API key of another client', { 'x-api-key': 'other' }, 403, '403003', 'Api Key is invalid'],
  ['no organization', { 'x-organization-id': undefined }, 400, '400003', 'Missing header'],
  ['the IMS organization', { 'x-organization-id': orgId }, 400, '400003', 'Missing header'],
  ['no Region', { 'x-gw-region': undefined }, 400, '400003', 'Missing header'],
] as const;

describe('the product API', () => {
  it('accepts a call with a valid token and the required headers', async () => {
    const world = await startWorld();
    const response = await call(world);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(await response.json()).toEqual({
      items: [
        { id: 101, name: 'Sync projects' },
        { id: 102, name: 'Send proofs' },
      ],
      _page: { count: 2, next: null },
    });
    expect(world.api.acceptedCount).toBe(1);
  });

  it.each(rejected)('rejects %s at the gateway', async (_case, changes, status, code, message) => {
    const world = await startWorld();
    const response = await call(world, changes);
    expect(response.status).toBe(status);
    expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(await response.json()).toEqual({ error_code: code, message });
    expect(world.api.acceptedCount).toBe(0);
  });

  it('accepts a token until it expires', async () => {
    const world = await startWorld();
    world.clock.advance(86_398);
    expect((await call(world)).status).toBe(200);
    world.clock.advance(1);
    const response = await call(world);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error_code: '401013' });
  });

  it('rejects a revoked token', async () => {
    const world = await startWorld();
    world.ims.revoke(world.token);
    expect((await call(world)).status).toBe(401);
  });

  it('still accepts an older token after a newer one is minted', async () => {
    const world = await startWorld();
    const newer = await mint(world.ims);
    expect((await call(world)).status).toBe(200);
    expect((await call({ ...world, token: newer })).status).toBe(200);
    expect(world.api.acceptedCount).toBe(2);
  });

  it('rejects a valid token if the technical account has no rights in the product', async () => {
    const world = await startWorld();
    world.api.technicalAccountHasAccess = false;
    const response = await call(world);
    expect(response.status).toBe(403);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toEqual({
      type: 'Forbidden',
      status: 403,
      title: 'Access denied',
      report: {
        'request-id': response.headers.get('x-request-id'),
        'x-gw-ims-org-id': orgId,
      },
    });
    expect(world.api.acceptedCount).toBe(0);
    world.api.technicalAccountHasAccess = true;
    expect((await call(world)).status).toBe(200);
  });

  it.each([
    ['another path', 'GET', '/api/v3/elsewhere'],
    ['another method', 'DELETE', '/api/v3/scenarios'],
  ])('answers 404 for %s', async (_case, method, path) => {
    const response = await call(await startWorld(), {}, path, method);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });
});
