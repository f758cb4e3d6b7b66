import { describe, expect, it } from 'vitest';
import type { ImsEmulator } from '../../../emulators/ims/emulator.ts';
import {
  Clock,
  clientId,
  clientSecret,
  decodeSegment,
  mint,
  registerOther,
  startIms,
} from './start-ims.ts';

async function post(
  ims: ImsEmulator,
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const body = new URLSearchParams(form);
  return await fetch(`${ims.url}/ims/${path}`, { method: 'POST', body, headers });
}

async function validate(ims: ImsEmulator, token: string, id = clientId): Promise<unknown> {
  const form = { type: 'access_token', client_id: id, token };
  const response = await post(ims, 'validate_token/v1', form);
  expect(response.status).toBe(200);
  return await response.json();
}

describe('validate_token', () => {
  it('returns the claims of a valid token, wherever the request holds the token', async () => {
    const ims = await startIms();
    const token = await mint(ims);
    const valid = { valid: true, token: decodeSegment(token, 1) };
    expect(await validate(ims, token)).toEqual(valid);

    const form = { type: 'access_token', client_id: clientId };
    const authorization = `Bearer ${token}`;
    const inHeader = await post(ims, 'validate_token/v1', form, { authorization });
    expect(await inHeader.json()).toEqual(valid);

    const query = new URLSearchParams({ ...form, token });
    const got = await fetch(`${ims.url}/ims/validate_token/v1?${query}`);
    expect(await got.json()).toEqual(valid);
    expect(got.headers.get('x-debug-id')).not.toBeNull();
  });

  it('rejects an expired token', async () => {
    const clock = new Clock();
    const ims = await startIms({ now: clock.now });
    const token = await mint(ims);
    clock.advance(86_399);
    expect(await validate(ims, token)).toEqual({ valid: false, reason: 'expired_token' });
  });

  it('rejects a well-formed token that IMS did not issue', async () => {
    const ims = await startIms();
    const token = await mint(ims);
    const forged = `${token.slice(0, -342)}${'A'.repeat(342)}`;
    expect(await validate(ims, forged)).toEqual({ valid: false, reason: 'unknown_token' });
  });

  it('rejects the token of another client', async () => {
    const ims = await startIms();
    const token = await mint(ims);
    const reason = 'client_id_mismatch';
    expect(await validate(ims, token, 'another')).toEqual({ valid: false, reason });
  });

  it.each([
    ['a token', { client_id: clientId, type: 'access_token' }],
    ['a client id', { token: 'a.b.c', type: 'access_token' }],
    ['the type of an access token', { client_id: clientId, token: 'a.b.c', type: 'refresh_token' }],
  ])('requires %s', async (_what, form) => {
    const response = await post(await startIms(), 'validate_token/v1', form);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
  });
});

describe('invalidate_token', () => {
  const form = {
    token_type: 'access_token',
    client_id: clientId,
    client_secret: clientSecret,
    cascading: 'all',
  };

  it('revokes that token only, with an empty response', async () => {
    const ims = await startIms();
    const token = await mint(ims);
    const other = await mint(ims);
    const response = await post(ims, 'invalidate_token/v2', { ...form, token });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
    expect(await validate(ims, token)).toEqual({ valid: false, reason: 'revoked_token' });
    expect(ims.isValid(other)).toBe(true);
  });

  it('accepts an unknown token', async () => {
    const ims = await startIms();
    const response = await post(ims, 'invalidate_token/v2', { ...form, token: 'a.b.c' });
    expect(response.status).toBe(200);
  });

  it.each([
    ['a wrong secret', { client_secret: 'p8e-wrong' }, 'invalid_client'],
    ['an unknown client', { client_id: 'nobody' }, 'invalid_client'],
    ['another client', { client_id: 'other', client_secret: 'p8e-other' }, 'invalid_token'],
    ['another type of token', { token_type: 'refresh_token' }, 'invalid_request'],
    ['no token', { token: '' }, 'invalid_request'],
  ])('rejects %s and leaves the token valid', async (_case, changes, error) => {
    const ims = await startIms();
    registerOther(ims);
    const token = await mint(ims);
    const response = await post(ims, 'invalidate_token/v2', { ...form, token, ...changes });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error });
    expect(ims.isValid(token)).toBe(true);
  });

  it('leaves a record of who sent what, without the token and the secret', async () => {
    const ims = await startIms();
    const token = await mint(ims);
    const { cascading, ...plain } = form;
    await post(ims, 'invalidate_token/v2', { ...plain, token });
    await post(ims, 'invalidate_token/v2', { ...form, token, client_secret: 'p8e-wrong' });
    ims.faults.inject({ kind: 'server-error', status: 503 });
    await post(ims, 'revoke', { ...form, token });
    const common = { clientId, tokenType: 'access_token', fault: undefined };
    const path = '/ims/invalidate_token/v2';
    expect(ims.invalidations).toEqual([
      { ...common, path, cascading: undefined, outcome: 'accepted' },
      { ...common, path, cascading, outcome: 'invalid_client' },
      {
        ...common,
        path: '/ims/revoke',
        cascading,
        outcome: 'not-processed',
        fault: 'server-error',
      },
    ]);
    expect(ims.tokenRequests).toHaveLength(1);
  });

  it('accepts only a POST', async () => {
    const ims = await startIms();
    const response = await fetch(`${ims.url}/ims/invalidate_token/v2`);
    expect(response.status).toBe(405);
  });
});

describe('revoke', () => {
  it('revokes a token, as IMS itself would after a leak', async () => {
    const ims = await startIms();
    const token = await mint(ims);
    ims.revoke(token);
    expect(ims.inspect(token)).toEqual({ valid: false, reason: 'revoked_token' });
  });
});
