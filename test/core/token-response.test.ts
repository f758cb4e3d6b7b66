import { describe, expect, it } from 'vitest';
import { TokenRequestError } from '../../core/errors.ts';
import { epochSeconds } from '../../core/instant.ts';
import { Sensitive } from '../../core/sensitive.ts';
import {
  assertExpiresLater,
  parseTokenResponse,
  type TokenResponse,
} from '../../core/token-response.ts';
import { day, now } from '../support/builders.ts';

const request = {
  requestedAt: now,
  clientId: 'the-client-id',
  clientSecret: new Sensitive('s3cr+t/%-0123'),
};

const segment = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token shaped like those of IMS, with claims in strings of milliseconds. */
function jwt(createdAt: number, lifetime: number, extra: object = {}): string {
  const claims = {
    created_at: String(createdAt * 1000),
    expires_in: String(lifetime * 1000),
    name: 'Zoë ÿ?>',
    ...extra,
  };
  return `${segment({ alg: 'RS256' })}.${segment(claims)}.c2ln`;
}

const issue = (body: object | string, status = 200) =>
  parseTokenResponse(
    { status, body: typeof body === 'string' ? body : JSON.stringify(body), debugId: 'abc-1' },
    request,
  );

function refused(response: TokenResponse, clientId = request.clientId): TokenRequestError {
  try {
    parseTokenResponse(response, { ...request, clientId });
  } catch (error) {
    if (error instanceof TokenRequestError) return error;
    throw error;
  }
  throw new Error('the response was accepted');
}

const good = { access_token: 'opaque', token_type: 'bearer', expires_in: 86_399 };

describe('parseTokenResponse accepts', () => {
  it('the documented response, and counts its lifetime from before the request', () => {
    const token = issue(good);
    expect(token.accessToken.reveal()).toBe('opaque');
    expect(token).toMatchObject({ issuedAt: now, expiresAt: now + 86_399, lifetime: 86_399 });
    expect(token.warning).toBeUndefined();
  });

  it.each([
    ['no token_type', { access_token: 'opaque', expires_in: 60 }, 60],
    ['Bearer in any case', { ...good, token_type: 'BEARER', expires_in: 60 }, 60],
    ['a fraction of a second', { ...good, expires_in: 60.9 }, 60],
    ['exactly 12 days', { ...good, expires_in: 12 * day }, 12 * day],
  ])('%s', (_, body, lifetime) => {
    expect(issue(body)).toMatchObject({ lifetime, expiresAt: now + lifetime });
  });

  it.each([
    ['claims that agree', 0, 0],
    ['a clock of IMS that is 300 seconds behind', -300, -300],
    ['a clock of IMS that is 300 seconds ahead', 300, 0],
  ])('%s, with the earlier expiry', (_, offset, shift) => {
    const token = issue({ ...good, access_token: jwt(now + offset, 86_399) });
    expect(token).toMatchObject({
      issuedAt: now + shift,
      expiresAt: now + shift + 86_399,
      lifetime: 86_399,
    });
    expect(token.warning).toBeUndefined();
  });

  it.each([
    ['behind', -301, -301],
    ['ahead', 301, 0],
  ])(
    'a clock of IMS that is 301 seconds %s, with the earlier expiry, and warns',
    (_, offset, shift) => {
      const token = issue({ ...good, access_token: jwt(now + offset, 86_399) });
      expect(token).toMatchObject({
        issuedAt: now,
        expiresAt: now + 86_399 + shift,
        lifetime: 86_399 + shift,
      });
      expect(token.warning).toContain('the earlier one counts');
    },
  );

  it('a token whose claims expire earlier than the response says, and warns', () => {
    const token = issue({ ...good, access_token: jwt(now, 3_600) });
    expect(token).toMatchObject({ issuedAt: now, expiresAt: now + 3_600, lifetime: 3_600 });
    expect(token.warning).toContain('2026-11-22T13:00:00Z');
  });

  it('a token whose claims expire later than the response says, and warns', () => {
    const token = issue({ ...good, expires_in: 3_600, access_token: jwt(now, 86_399) });
    expect(token).toMatchObject({ issuedAt: now, expiresAt: now + 3_600, lifetime: 3_600 });
    expect(token.warning).toContain('the earlier one counts');
  });

  it.each([
    ['one part', 'opaque'],
    ['two parts', 'a.b'],
    ['a payload that is not base64', 'a.!!!.c'],
    ['a payload that is not JSON', `a.${Buffer.from('{').toString('base64url')}.c`],
    ['no created_at', jwt(now, 60, { created_at: undefined })],
    ['claims that are not numbers', jwt(now, 60, { expires_in: 'soon' })],
  ])('an opaque token of %s', (_, accessToken) => {
    expect(issue({ ...good, access_token: accessToken })).toMatchObject({ lifetime: 86_399 });
  });
});

describe('parseTokenResponse rejects', () => {
  it.each([
    ['no access_token', { expires_in: 1 }, 'access_token is missing'],
    [
      'an empty access_token',
      { ...good, access_token: '' },
      'access_token is empty or does not fit',
    ],
    [
      'an access_token that is not a string',
      { ...good, access_token: 5 },
      'access_token is not a string',
    ],
    [
      'an access_token with a line break',
      { ...good, access_token: 'a\nb' },
      'does not fit an HTTP header',
    ],
    [
      'an access_token of more than 16 KiB',
      { ...good, access_token: 'a'.repeat(16_385) },
      'longer than 16384',
    ],
    ['another token_type', { ...good, token_type: 'mac' }, 'token_type is not bearer'],
    ['a token_type of another type', { ...good, token_type: 1 }, 'token_type is not a string'],
    ['no expires_in', { access_token: 'a' }, 'expires_in is missing'],
    ['expires_in as text', { ...good, expires_in: '86399' }, 'expires_in is not a number'],
    ['expires_in 0', { ...good, expires_in: 0 }, 'expires_in is not positive'],
    ['a negative expires_in', { ...good, expires_in: -1 }, 'expires_in is not positive'],
    ['expires_in in milliseconds', { ...good, expires_in: 86_399_992 }, 'probably in milliseconds'],
    ['an array', [], 'access_token is missing'],
    ['text', 'no', 'the value is not an object'],
    [
      'claims that expired in the past',
      { ...good, access_token: jwt(now - day, 3_600) },
      'expired at 2026-11-21',
    ],
  ])('%s', (_, body, message) => {
    const error = refused({ status: 200, body: JSON.stringify(body) });
    expect(error.code).toBe('ERR_TOKEN_MALFORMED');
    expect(error.message).toContain(message);
    expect(error.transient).toBe(false);
  });

  it.each([
    [
      400,
      '{"error":"invalid_client","error_description":"invalid client_secret parameter"}',
      'ERR_TOKEN_REJECTED',
      'IMS answered 400 invalid_client (invalid client_secret parameter)',
    ],
    [401, '{"error":"invalid_client"}', 'ERR_TOKEN_REJECTED', 'IMS answered 401 invalid_client'],
    [400, '{"error":"invalid_scope"}', 'ERR_TOKEN_REJECTED', 'IMS answered 400 invalid_scope'],
    [403, '<html>', 'ERR_TOKEN_REJECTED', 'IMS answered 403'],
    [302, '', 'ERR_IMS_PROXY', 'IMS answered 302'],
    [511, '<html>', 'ERR_IMS_PROXY', 'IMS answered 511'],
    [400, '{"error":{"code":1}}', 'ERR_TOKEN_REJECTED', 'IMS answered 400'],
    [400, '{"error":"Not <an> error code"}', 'ERR_TOKEN_REJECTED', 'IMS answered 400'],
    [408, '', 'ERR_TOKEN_UNAVAILABLE', 'IMS answered 408'],
    [429, '{"error":"too_many"}', 'ERR_TOKEN_UNAVAILABLE', 'IMS answered 429 too_many'],
    [504, '', 'ERR_TOKEN_UNAVAILABLE', 'IMS answered 504'],
    [500, 'null', 'ERR_TOKEN_UNAVAILABLE', 'IMS answered 500'],
    [503, '<html>', 'ERR_TOKEN_UNAVAILABLE', 'IMS answered 503'],
    [
      200,
      ' <html>',
      'ERR_IMS_PROXY',
      'IMS answered 200 with a page, which a proxy or a web filter may have put in its place',
    ],
    [200, '', 'ERR_TOKEN_UNAVAILABLE', 'IMS answered 200 with a body that is not JSON'],
    [200, '{"access_tok', 'ERR_TOKEN_UNAVAILABLE', 'IMS answered 200 with a body that is not JSON'],
  ])('status %i with %s', (status, body, code, message) => {
    const error = refused({ status, body, debugId: 'abc-1' });
    expect(error).toMatchObject({ code, name: code, message });
    expect(error.details).toMatchObject({ clientId: 'the-client-id', status, debugId: 'abc-1' });
    expect(error.transient).toBe(code === 'ERR_TOKEN_UNAVAILABLE');
  });

  it('and passes on how long IMS asked to wait', () => {
    const error = refused({ status: 429, body: '', retryAfter: '7' });
    expect(error.details.retryAfter).toBe(7);
  });

  it("quotes IMS's error, without anything that could be another secret", () => {
    const error = refused({
      status: 400,
      body: JSON.stringify({
        error: 'invalid_client',
        error_description:
          `invalid client_secret parameter, token ${jwt(now, 60)}, key a1b2c3d4e5f6a7b8c9d0,\n` +
          'scope additional_info.projectedProductContext',
      }),
    });
    expect(error.details.imsError).toBe('invalid_client');
    expect(error.message).toBe(
      'IMS answered 400 invalid_client (invalid client_secret parameter, token [redacted], ' +
        'key [redacted], scope additional_info.projectedProductContext)',
    );
  });

  it.each([
    ['as it is', 's3cr+t/%-0123'],
    ['as it was sent', 's3cr%2Bt%2F%25-0123'],
    ['in lower-case hex', 's3cr%2bt%2f%25-0123'],
    ['in HTML', 's3cr&#43;t&sol;%-0123'],
    ['split', 's3-cr t 01-23'],
    ['in upper case', 'S3CR+T/%-0123'],
  ])('drops a description and an id that repeat the secret %s', (_, text) => {
    const error = refused({
      status: 400,
      body: JSON.stringify({ error: 'invalid_client', error_description: `It is ${text}.` }),
      debugId: text,
    });
    expect(error.message).toBe('IMS answered 400 invalid_client ([redacted])');
    expect(error.details.debugId).toBe('[redacted]');
  });

  it('drops a description that repeats a client id which may be the secret, swapped with it', () => {
    const swapped = 'QwertzUiopAsdfGhjkYxcvB';
    const body = `{"error":"invalid_client","error_description":"no client ${swapped}"}`;
    const error = refused({ status: 400, body, debugId: swapped }, swapped);
    expect(error.message).toBe('IMS answered 400 invalid_client ([redacted])');
    expect(error.details.debugId).toBe('[redacted]');
  });

  it('drops an error code that repeats a secret of letters, as it goes into a tag', () => {
    const asking = (clientSecret: string, error: string) => () =>
      parseTokenResponse(
        { status: 400, body: JSON.stringify({ error }) },
        { ...request, clientSecret: new Sensitive(clientSecret) },
      );
    const code = (imsError: string | undefined) =>
      expect.objectContaining({ details: expect.objectContaining({ imsError }) });
    expect(asking('QwErTyUiOpAsDfGh', 'qwertyuiopasdfgh')).toThrow(code(undefined));
    expect(asking('QwErTyUiOpAsDfGh', 'error_tyuiopas')).toThrow(code(undefined));
    expect(asking('QwErTyUiOpAsDfGh', 'some_error')).toThrow(code('some_error'));
    expect(asking('invalid_client', 'invalid_client')).toThrow(code('invalid_client'));
  });

  it.each([
    [{ error_code: '403000', message: 'Api Key is required' }, '403000 (Api Key is required)'],
    [{ title: 'Bad', status: 401, error_code: 401013, message: 'No' }, '401013 (No)'],
    [{ errorCode: 'InvalidToken2', errorDescription: 'No' }, 'InvalidToken2 (No)'],
    [{ error: 'Some.Code-1' }, 'Some.Code-1'],
    [{ error: { code: 'x' }, message: ['y'] }, ''],
    [{ error: 'a code' }, ''],
    [{ error: 'Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5' }, ''],
    [{ error: 'Error-1234.5678' }, 'Error-1234.5678'],
    [{ error: '112.56.101.45' }, ''],
    [{ error_code: Number.NaN }, ''],
    ['forbidden', ''],
    [null, ''],
  ])('tells the code and the message of %j', (body, told) => {
    const error = refused({ status: 403, body: JSON.stringify(body) });
    expect(error.message).toBe(`IMS answered 403${told && ` ${told}`}`);
    expect(error.details.imsError).toBe(told.split(' ')[0] || undefined);
  });

  it('drops an id that repeats the token of an unusable response', () => {
    const error = refused({
      status: 200,
      body: JSON.stringify({ access_token: 'abcdefghijklmnop.qrst', token_type: 'bearer' }),
      debugId: 'x-ghijklmn',
    });
    expect(error.details.debugId).toBe('[redacted]');
  });

  it('rejects a token that repeats the client secret, which readers of tokens must not see', () => {
    const secret = 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5';
    const encoded = Buffer.from(secret).toString('hex');
    const codes = btoa([...Buffer.from(secret)].join(', '));
    for (const access_token of [
      `x${secret}`,
      jwt(now, 60, { secret }),
      jwt(now, 60, { secret: encoded }),
      [...`x${encoded}`].reverse().join(''),
      btoa(btoa(secret)),
      `${'V'.repeat(1_000)}${secret}`,
      // Read together, the end of the key's id would run into the first code.
      `${btoa('{"alg":"RS256","kid":"100"}')}.${btoa(JSON.stringify({ x: codes }))}.c2ln`,
    ]) {
      expect(() =>
        parseTokenResponse(
          { status: 200, body: JSON.stringify({ ...good, access_token }) },
          { ...request, clientSecret: new Sensitive(secret) },
        ),
      ).toThrow('access_token repeats a client secret');
    }
  });

  it('treats every client secret of the credential as one that may be repeated', () => {
    const first = 'Zq-Kx-Lm-Vt-Rw-Yb-Nd-Hs';
    const clientSecrets = [new Sensitive(first), request.clientSecret];
    const asking = (response: TokenResponse) => () =>
      parseTokenResponse(response, { ...request, clientSecrets });
    const body = JSON.stringify({ error: 'invalid_client', error_description: `not ${first}` });
    expect(asking({ status: 400, body, debugId: first })).toThrow(
      expect.objectContaining({
        message: 'IMS answered 400 invalid_client ([redacted])',
        details: expect.objectContaining({ debugId: '[redacted]' }),
      }),
    );
    const token = JSON.stringify({ ...good, access_token: `x${first}` });
    expect(asking({ status: 200, body: token })).toThrow('access_token repeats a client secret');
  });

  it('blames the proxy for 407, which IMS never answers', () => {
    const error = refused({ status: 407, body: '' });
    expect(error).toMatchObject({ code: 'ERR_IMS_PROXY', actor: 'operator', transient: false });
  });
});

describe('the limits of a response', () => {
  const body = JSON.stringify(good);

  it.each([200, 299])('that succeeds: status %i', (status) => {
    expect(issue(good, status)).toMatchObject({ lifetime: 86_399 });
  });

  it.each([
    [199, 'ERR_TOKEN_REJECTED'],
    [300, 'ERR_IMS_PROXY'],
    [399, 'ERR_IMS_PROXY'],
    [400, 'ERR_TOKEN_REJECTED'],
    [499, 'ERR_TOKEN_REJECTED'],
    [500, 'ERR_TOKEN_UNAVAILABLE'],
  ])('that does not, whatever it holds: status %i, %s', (status, code) => {
    expect(refused({ status, body })).toMatchObject({ code });
  });

  it('are a second, and 12 days', () => {
    for (const expires_in of [1, 12 * day]) {
      expect(issue({ ...good, expires_in })).toMatchObject({ lifetime: expires_in });
    }
    for (const expires_in of [0.9, 12 * day + 1]) {
      const response = { status: 200, body: JSON.stringify({ ...good, expires_in }) };
      expect(refused(response)).toMatchObject({ code: 'ERR_TOKEN_MALFORMED' });
    }
  });

  it('exclude a token that expires as it is issued, by its claims', () => {
    const expiring = { ...good, access_token: jwt(now - 3_600, 3_600) };
    expect(refused({ status: 200, body: JSON.stringify(expiring) })).toMatchObject({
      code: 'ERR_TOKEN_MALFORMED',
    });
    const living = issue({ ...good, access_token: jwt(now - 3_600, 3_601) });
    expect(living.expiresAt).toBe(now + 1);
  });
});

describe('assertExpiresLater', () => {
  const at = (seconds: number) => ({ expiresAt: epochSeconds(now + seconds), lifetime: 60 });

  it('accepts a token that expires a second later, and rejects one that does not', () => {
    expect(() => assertExpiresLater(at(61), at(60))).not.toThrow();
    expect(() => assertExpiresLater(at(60), at(60))).toThrow(
      expect.objectContaining({
        code: 'ERR_TOKEN_NOT_LATER',
        message:
          'IMS issued a token that expires at 2026-11-22T12:01:00Z, ' +
          'not later than the stored one (2026-11-22T12:01:00Z)',
        retryAt: now,
      }),
    );
  });
});
