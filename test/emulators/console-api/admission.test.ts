import { describe, expect, it } from 'vitest';
import { consoleScopes } from '../../../emulators/console-api/admission.ts';
import { mint } from '../ims/start-ims.ts';
import {
  type CallOptions,
  clientId,
  credentialId,
  firstSecret,
  orgId,
  startConsole,
} from './start-console.ts';

const path = (organization: string, credential: string): string =>
  `/console/organizations/${organization}/credentials/${credential}/secrets`;

const refused: readonly [string, CallOptions, number, string][] = [
  ['no token', { headers: { authorization: undefined } }, 403_010, 'Oauth token is missing'],
  ['no API key', { headers: { 'x-api-key': undefined } }, 403_000, 'Api Key is required'],
  [
    'a token that IMS did not issue',
    { headers: { authorization: 'Bearer a.b.c' } },
    401_013,
    'Oauth token is not valid',
  ],
  ['the API key of another', { headers: { 'x-api-key': 'x' } }, 403_003, 'Api Key is invalid'],
  ['another path', { path: '/console/organizations' }, 404_000, 'Resource not found'],
  [
    'the organization of IMS',
    { path: path('1234567890ABCDEF12345678@AdobeOrg', credentialId) },
    400_100,
    'The organization is not a number',
  ],
  ['another organization', { path: path('1', credentialId) }, 404_100, 'Credential Not Found'],
  ['an unknown credential', { path: path(orgId, '1') }, 404_100, 'Credential Not Found'],
  [
    'an unknown secret',
    { method: 'DELETE', uuid: '11ede399b68b57a5aca6a96b8b6487c9' },
    404_101,
    'Client Secret Not Found',
  ],
];

describe('the Console API', () => {
  it.each(refused)('refuses %s', async (_, options, code, message) => {
    const { call, list } = await startConsole();
    const response = await call(options);
    const status = Math.floor(code / 1000);
    expect(response.status).toBe(status);
    expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(await response.json()).toEqual({
      title: expect.stringMatching(/^Err[A-Z]/),
      status,
      error_code: code,
      message,
    });
    expect(await list()).toHaveLength(1);
  });

  it('refuses an invalid token with the body that Adobe sends', async () => {
    const { call } = await startConsole();
    const response = await call({ headers: { authorization: 'Bearer a.b.c' } });
    expect(await response.json()).toEqual({
      title: 'ErrInvalidOauthToken',
      status: 401,
      error_code: 401_013,
      message: 'Oauth token is not valid',
    });
  });

  it.each(consoleScopes)('refuses a token without the scope %s, for every call', async (scope) => {
    const { call, mintWith, client } = await startConsole();
    const token = await mintWith(
      firstSecret,
      consoleScopes.filter((other) => other !== scope).join(),
    );
    const headers = { authorization: `Bearer ${token}` };
    const uuid = client.secrets[0]?.uuid ?? '';
    for (const options of [{}, { method: 'POST' }, { method: 'DELETE', uuid }]) {
      const response = await call({ ...options, headers });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ title: 'ErrMissingScope', status: 403 });
    }
    expect(client.liveSecrets).toHaveLength(1);
  });

  it('refuses a token that has expired, and one that was invalidated', async () => {
    const { call, clock, mintWith, ims } = await startConsole();
    const token = await mintWith(firstSecret);
    clock.advance(86_399);
    expect((await call()).status).toBe(401);
    const later = await mintWith(firstSecret);
    const headers = { authorization: `Bearer ${later}` };
    expect((await call({ headers })).status).toBe(200);
    await fetch(`${ims.url}/ims/invalidate_token/v2`, {
      method: 'POST',
      body: new URLSearchParams({
        token_type: 'access_token',
        token: later,
        client_id: clientId,
        client_secret: firstSecret,
      }),
    });
    expect(token).not.toBe(later);
    expect((await call({ headers })).status).toBe(401);
  });

  it('refuses the token of another client, even in the same organization', async () => {
    const { call, ims } = await startConsole();
    const other = { client_id: 'other', client_secret: 'p8e-other' };
    ims.registerClient({
      clientId: 'other',
      clientSecrets: ['p8e-other'],
      scopes: consoleScopes,
      credentialId: '451235',
      consoleOrgId: orgId,
    });
    const token = await mint(ims, { ...other, scope: consoleScopes.join() });
    const headers = { authorization: `Bearer ${token}`, 'x-api-key': 'other' };
    const response = await call({ headers });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ title: 'ErrNotAllowed' });
    expect((await call({ headers, path: path(orgId, '451235') })).status).toBe(200);
  });

  it.each([
    ['PUT', undefined, 'GET, POST'],
    ['DELETE', undefined, 'GET, POST'],
    ['GET', '11ede399b68b57a5aca6a96b8b6487c9', 'DELETE'],
    ['POST', '11ede399b68b57a5aca6a96b8b6487c9', 'DELETE'],
  ])('refuses %s of secret %s', async (method, uuid, allow) => {
    const { call } = await startConsole();
    const response = await call({ method, ...(uuid !== undefined && { uuid }) });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
  });

  it('knows a credential by one client only', async () => {
    const { ims } = await startConsole();
    const registration = { clientId: 'other', clientSecrets: [], scopes: [], credentialId };
    expect(() => ims.registerClient(registration)).toThrow(
      'credential is registered already: 451234',
    );
  });
});
