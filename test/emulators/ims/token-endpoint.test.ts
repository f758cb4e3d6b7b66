import { describe, expect, it } from 'vitest';
import {
  Clock,
  clientId,
  clientSecret,
  decodeSegment,
  mint,
  requestToken,
  startIms,
  type TokenBody,
  tokenParameters,
} from './start-ims.ts';

describe('a token request', () => {
  it('is answered with a bearer token and its lifetime in seconds', async () => {
    const ims = await startIms();
    const response = await requestToken(ims);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    const body = (await response.json()) as TokenBody;
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]{342}$/),
      token_type: 'bearer',
      expires_in: 86_399,
    });
    expect(ims.isValid(body.access_token)).toBe(true);
  });

  it('gets a token with the claims of a real one', async () => {
    const clock = new Clock();
    const token = await mint(await startIms({ now: clock.now }));
    expect(decodeSegment(token, 0)).toEqual({
      alg: 'RS256',
      x5u: 'ims_na1-key-at-1.cer',
      kid: 'ims_na1-key-at-1',
      itt: 'at',
    });
    expect(decodeSegment(token, 1)).toEqual({
      id: expect.stringMatching(/^1772352000000-[\da-f-]{36}$/),
      type: 'access_token',
      client_id: clientId,
      user_id: expect.stringMatching(/^[\da-f-]{36}@techacct\.adobe\.com$/),
      as: 'ims-na1',
      created_at: '1772352000000',
      expires_in: '86399000',
      scope: 'openid,AdobeID',
    });
  });

  it('leaves earlier tokens valid', async () => {
    const ims = await startIms();
    const first = await mint(ims);
    const second = await mint(ims);
    expect(second).not.toBe(first);
    expect(ims.isValid(first)).toBe(true);
    expect(ims.isValid(second)).toBe(true);
  });

  it('gets a token that is valid to the last millisecond of its lifetime', async () => {
    const clock = new Clock();
    const ims = await startIms({ now: clock.now, lifetimeSeconds: 3600 });
    const token = await mint(ims);
    clock.milliseconds += 3600 * 1000 - 1;
    expect(ims.isValid(token)).toBe(true);
    clock.milliseconds += 1;
    expect(ims.inspect(token)).toEqual({ valid: false, reason: 'expired_token' });
  });

  it('gets its scopes trimmed and deduplicated', async () => {
    const token = await mint(await startIms(), { scope: 'AdobeID, openid ,AdobeID,' });
    expect(decodeSegment(token, 1)).toMatchObject({ scope: 'AdobeID,openid' });
  });

  it('can have its parameters in the query, but the form wins', async () => {
    const ims = await startIms();
    const query = tokenParameters({ scope: 'not-granted' });
    const response = await fetch(`${ims.url}/ims/token/v3?${query}`, {
      method: 'POST',
      body: new URLSearchParams({ scope: 'profile' }),
    });
    const { access_token } = (await response.json()) as TokenBody;
    expect(decodeSegment(access_token, 1)).toMatchObject({ scope: 'profile' });
    expect(ims.tokenRequests).toMatchObject([{ hasQuery: true, scope: 'profile' }]);
  });

  it('has a unique debug id in its response', async () => {
    const ims = await startIms();
    const ids = [
      (await requestToken(ims)).headers.get('x-debug-id'),
      (await requestToken(ims, { scope: undefined })).headers.get('x-debug-id'),
      (await fetch(`${ims.url}/elsewhere`)).headers.get('x-debug-id'),
    ];
    expect(new Set(ids).size).toBe(3);
    expect(ids).not.toContain(null);
  });
});

const rejected = [
  [
    'without a grant type',
    { grant_type: undefined },
    'invalid_request',
    'missing grant_type parameter',
  ],
  [
    'without a client id',
    { client_id: undefined },
    'invalid_request',
    'missing client_id parameter',
  ],
  [
    'without a secret',
    { client_secret: undefined },
    'invalid_request',
    'missing client_secret parameter',
  ],
  ['without a scope', { scope: undefined }, 'invalid_request', 'missing scope parameter'],
  ['with an empty scope', { scope: '' }, 'invalid_request', 'missing scope parameter'],
  ['for another grant', { grant_type: 'authorization_code' }, 'unsupported_grant_type', undefined],
  [
    'for an unknown client',
    { client_id: 'nobody' },
    'invalid_client',
    'invalid client_id parameter',
  ],
  [
    'with a wrong secret',
    { client_secret: 'p8e-wrong' },
    'invalid_client',
    'invalid client_secret parameter',
  ],
  [
    'for a scope not granted',
    { scope: 'openid,firefly_api' },
    'invalid_scope',
    'Invalid scope value',
  ],
  [
    'for scopes separated by spaces',
    { scope: 'openid AdobeID' },
    'invalid_scope',
    'Invalid scope value',
  ],
  ['for a scope of commas only', { scope: ' , ' }, 'invalid_scope', 'Invalid scope value'],
] as const;

describe('a token request is rejected', () => {
  it.each(rejected)('%s', async (_case, changes, error, description) => {
    const ims = await startIms();
    const response = await requestToken(ims, changes);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error, error_description: description });
    expect(ims.mintCount).toBe(0);
    expect(ims.tokenRequests).toMatchObject([{ outcome: error }]);
  });

  it('without a description for a client of another grant', async () => {
    const ims = await startIms();
    ims.client(clientId).clientCredentialsAllowed = false;
    const response = await requestToken(ims);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: 'unauthorized_client' });
  });

  it('when its body is not a form', async () => {
    const ims = await startIms();
    const response = await requestToken(
      ims,
      {},
      { body: `${tokenParameters()}`, headers: { 'content-type': 'text/plain' } },
    );
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
    expect(ims.tokenRequests).toMatchObject([{ contentType: 'text/plain', clientId: undefined }]);
  });

  it('without a record when it is not a POST', async () => {
    const ims = await startIms();
    const response = await fetch(`${ims.url}/ims/token/v3?${tokenParameters()}`);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(ims.tokenRequests).toEqual([]);
  });

  it('at an unknown version of the path', async () => {
    const ims = await startIms();
    const response = await fetch(`${ims.url}/ims/token/v1`, { method: 'POST' });
    expect(response.status).toBe(404);
  });
});

describe('the record of token requests', () => {
  it('holds each without its secret and its token, until it is cleared', async () => {
    const ims = await startIms();
    const token = await mint(ims);
    await mint(ims, { client_secret: 'p8e-wrong' });
    expect(ims.tokenRequests).toEqual([
      {
        clientId,
        scope: 'openid,AdobeID',
        contentType: 'application/x-www-form-urlencoded;charset=UTF-8',
        hasQuery: false,
        outcome: 'issued',
        fault: undefined,
      },
      expect.objectContaining({ outcome: 'invalid_client' }),
    ]);
    const text = JSON.stringify(ims.tokenRequests);
    for (const hidden of [token, clientSecret, 'p8e-wrong']) expect(text).not.toContain(hidden);
    ims.clearTokenRequests();
    expect(ims.tokenRequests).toEqual([]);
  });
});
