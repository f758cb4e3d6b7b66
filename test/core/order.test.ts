import { describe, expect, it } from 'vitest';
import { inOrder, urgencyOf } from '../../core/order.ts';
import { currentToken, now, observed } from '../support/builders.ts';

describe('the order of work', () => {
  const failure = { code: 'ERR_TOKEN_UNAVAILABLE', since: now, fingerprint: 'c0ffee00' };
  const item = (name: string, overrides: Parameters<typeof observed>[0]) => ({
    name,
    ...urgencyOf(observed(overrides)),
  });

  it('puts working credentials before failing ones, and earlier expiries first', () => {
    const items = [
      item('failing, expired', { failure, token: currentToken(-60) }),
      item('later', { token: currentToken(120) }),
      item('earlier', { token: currentToken(60) }),
      item('failing, without a token', { failure, token: 'empty' }),
      item('without a token', { token: 'empty' }),
      item('malformed', { token: 'malformed' }),
      { name: 'not seen', ...urgencyOf(undefined) },
    ];
    expect(inOrder(items).map(({ name }) => name)).toEqual([
      'without a token',
      'malformed',
      'not seen',
      'earlier',
      'later',
      'failing, without a token',
      'failing, expired',
    ]);
  });
});
