import { describe, expect, it } from 'vitest';
import { Sensitive } from '../../core/sensitive.ts';
import { assertValidated } from '../../core/token-validation.ts';
import { now } from '../support/builders.ts';

const token = { clientId: 'client', accessToken: new Sensitive('the-access-token') };

describe('assertValidated', () => {
  const check = (status: number, body: string) => (): void =>
    assertValidated({ status, body, debugId: 'd-1' }, token, now);

  it('passes on how long IMS asked to wait', () => {
    const response = { status: 429, body: '', retryAfter: '7' };
    expect(() => assertValidated(response, token, now)).toThrow(
      expect.objectContaining({ details: { clientId: 'client', status: 429, retryAfter: 7 } }),
    );
  });

  it("tells the gateway's code, and drops a message that repeats the token", () => {
    const body = '{"error_code":"403003","message":"the-access-token"}';
    expect(check(403, body)).toThrow(
      expect.objectContaining({
        message: 'IMS answered 403 403003 ([redacted]) when asked about the token',
        details: expect.objectContaining({ imsError: '403003' }),
      }),
    );
  });

  it('drops a message that repeats a client secret, which IMS knows as well', () => {
    const secret = 'Zq-Kx-Lm-Vt-Rw-Yb';
    const response = { status: 403, body: `{"message":"no ${secret}"}` };
    const asked = {
      ...token,
      clientSecrets: [new Sensitive('another-one'), new Sensitive(secret)],
    };
    const message = 'IMS answered 403 ([redacted]) when asked about the token';
    expect(() => assertValidated(response, asked, now)).toThrow(message);
  });

  it('accepts a token that IMS accepts', () => {
    expect(check(200, '{"valid":true,"token":{}}')).not.toThrow();
    expect(check(299, '{"valid":true}')).not.toThrow();
  });

  it.each([
    [200, '{"valid":false,"reason":"expired"}', 'ERR_TOKEN_INVALID', 'IMS rejects the token'],
    [199, '{"valid":true}', 'ERR_TOKEN_INVALID', 'IMS answered 199 when asked'],
    [300, '{"valid":true}', 'ERR_IMS_PROXY', 'IMS answered 300 when asked'],
    [401, '', 'ERR_TOKEN_INVALID', 'IMS answered 401'],
    [404, '<html>', 'ERR_TOKEN_INVALID', 'IMS answered 404'],
    [429, '', 'ERR_TOKEN_UNAVAILABLE', 'IMS answered 429'],
    [503, '{"valid":true}', 'ERR_TOKEN_UNAVAILABLE', 'IMS answered 503'],
    [200, '<html>', 'ERR_IMS_PROXY', 'IMS answered 200'],
    [200, '', 'ERR_TOKEN_UNAVAILABLE', 'IMS answered 200'],
    [200, '{"valid":"yes"}', 'ERR_TOKEN_UNAVAILABLE', 'IMS answered 200'],
  ])('turns status %i with %s into %s', (status, body, code, message) => {
    expect(check(status, body)).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringContaining(message),
        details: { clientId: 'client', status, debugId: 'd-1' },
      }),
    );
    expect(() => assertValidated({ status, body }, token, now)).toThrow(message);
  });
});
