import { describe, expect, it } from 'vitest';
import { parseHttpDate } from '../../core/instant.ts';
import { inOrder } from '../../core/order.ts';
import { isShortLived } from '../../core/renew-before.ts';
import { parseRetryAfter, retryDelay } from '../../core/retry-delay.ts';
import { assertValidated } from '../../core/token-validation.ts';
import { currentToken, now, observed } from '../support/builders.ts';

describe('retryDelay', () => {
  it.each([
    [1, 0, undefined, 0],
    [1, 1, undefined, 0.5],
    [2, 1, undefined, 1],
    [4, 0.5, undefined, 2],
    [5, 1, undefined, 8],
    [50, 1, undefined, 8],
    [1, 1, 20, 20],
    [5, 1, 2, 8],
  ])(
    'after attempt %i, with random %d and Retry-After %j, is %d seconds',
    (attempt, random, retryAfter, delay) => {
      expect(retryDelay(attempt, random, retryAfter)).toBe(delay);
    },
  );
});

describe('parseRetryAfter', () => {
  it.each([
    [undefined, undefined],
    ['5', 5],
    ['0', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['9999999999', undefined],
    ['Sun, 22 Nov 2026 12:01:00 GMT', 60],
    ['Sun, 22 Nov 2026 11:59:59 GMT', undefined],
    ['Sun, 22 Nov 2026 12:00:00 GMT', undefined],
    ['Sun, 41 Nov 2026 12:01:00 GMT', undefined],
    ['2026-11-22T12:01:00Z', undefined],
  ])('of %j is %j', (header, seconds) => {
    expect(parseRetryAfter(header, now)).toBe(seconds);
  });

  it('reads an HTTP date as an instant', () => {
    expect(parseHttpDate('Sun, 22 Nov 2026 12:00:00 GMT')).toBe(now);
  });
});

describe('the order of work', () => {
  const failure = { code: 'ERR_TOKEN_UNAVAILABLE', since: now, fingerprint: 'c0ffee00' };
  const item = (name: string, overrides: Parameters<typeof observed>[0]) => ({
    name,
    observation: observed(overrides),
  });

  it('is what does not fail first, then the earliest expiry', () => {
    const items = [
      item('failing, expired', { failure, token: currentToken(-60) }),
      item('later', { token: currentToken(120) }),
      item('earlier', { token: currentToken(60) }),
      item('failing, without a token', { failure, token: 'empty' }),
      item('without a token', { token: 'empty' }),
      item('malformed', { token: 'malformed' }),
      { name: 'not even seen', observation: undefined },
    ];
    expect(inOrder(items).map(({ name }) => name)).toEqual([
      'without a token',
      'malformed',
      'not even seen',
      'earlier',
      'later',
      'failing, without a token',
      'failing, expired',
    ]);
  });
});

describe('isShortLived', () => {
  it.each([
    [undefined, false],
    [2 * 900 + 599, true],
    [2 * 900 + 600, false],
  ])('of a lifetime of %j: %s', (lifetime, expected) => {
    const token = lifetime === undefined ? undefined : { lifetime };
    expect(isShortLived(token, 900)).toBe(expected);
  });
});

describe('assertValidated', () => {
  const check = (status: number, body: string) => (): void =>
    assertValidated({ status, body, debugId: 'd-1' }, 'client', now);

  it('says how long IMS asked to wait', () => {
    const response = { status: 429, body: '', retryAfter: '7' };
    expect(() => assertValidated(response, 'client', now)).toThrow(
      expect.objectContaining({ details: { clientId: 'client', status: 429, retryAfter: 7 } }),
    );
  });

  it('takes a token that IMS takes', () => {
    expect(check(200, '{"valid":true,"token":{}}')).not.toThrow();
  });

  it.each([
    [200, '{"valid":false,"reason":"expired"}', 'ERR_TOKEN_INVALID', 'IMS rejects the token'],
    [401, '', 'ERR_TOKEN_INVALID', 'IMS answered 401'],
    [404, '<html>', 'ERR_TOKEN_INVALID', 'IMS answered 404'],
    [429, '', 'ERR_TOKEN_UNAVAILABLE', 'IMS answered 429'],
    [503, '{"valid":true}', 'ERR_TOKEN_UNAVAILABLE', 'IMS answered 503'],
    [200, '<html>', 'ERR_TOKEN_UNAVAILABLE', 'IMS answered 200'],
    [200, '{"valid":"yes"}', 'ERR_TOKEN_UNAVAILABLE', 'IMS answered 200'],
  ])('of status %i and %s is %s', (status, body, code, message) => {
    expect(check(status, body)).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringContaining(message),
        details: { clientId: 'client', status, debugId: 'd-1' },
      }),
    );
    expect(() => assertValidated({ status, body }, 'client', now)).toThrow(message);
  });
});
