import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import { inOrder, urgencyOf } from '../../core/order.ts';
import { renewAt } from '../../core/renew-before.ts';
import { currentToken, hour, now, observed } from '../support/builders.ts';

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
      { name: 'not seen', ...urgencyOf(undefined, 7) },
    ];
    expect(items.at(-1)).toHaveProperty('lot', 7);
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

  it('lets failing credentials take turns: the one that IMS was asked for longest ago is first', () => {
    const items = [
      item('asked now, expired', { failure, requested: [now], token: currentToken(-60) }),
      item('asked before', { failure, requested: [epochSeconds(now - 900), now] }),
      item('never asked, later', { failure, token: currentToken(120) }),
      item('never asked, earlier', { failure, token: currentToken(60) }),
      item('working, asked now', {
        requested: [now],
        token: { ...currentToken(120), issuedAt: now },
      }),
      item('working, later', { token: currentToken(180) }),
    ];
    expect(inOrder(items).map(({ name }) => name)).toEqual([
      'working, asked now',
      'working, later',
      'never asked, earlier',
      'never asked, later',
      'asked before',
      'asked now, expired',
    ]);
  });

  it('puts last what IMS was asked for in vain, whatever else is known of it', () => {
    const asked = (ago: number) => ({ requested: [epochSeconds(now - ago)] });
    const issued = (ago: number) => ({ ...currentToken(60), issuedAt: epochSeconds(now - ago) });
    const items = [
      item('asked in vain, empty', { ...asked(900), token: 'empty' }),
      item('asked in vain, malformed', { ...asked(86_400), token: 'malformed' }),
      item('asked in vain, after its token', { ...asked(60), token: issued(661) }),
      item('got a token', { ...asked(60), token: issued(660) }),
      item('never asked', { token: 'empty' }),
    ];
    expect(inOrder(items).map(({ name }) => name)).toEqual([
      'never asked',
      'got a token',
      'asked in vain, malformed',
      'asked in vain, empty',
      'asked in vain, after its token',
    ]);
  });

  it('puts last, now and then, what should have had a token long ago, and is not known to fail', () => {
    const asked = { requested: [now] };
    /** A token that was due so many seconds ago. */
    const dueSince = (seconds: number) => {
      const tokens = Array.from({ length: 3 * hour }, (_, index) =>
        currentToken(11 * hour + index),
      );
      return (
        tokens.find((token) => now - renewAt(token, observed({ token })) === seconds) ?? 'empty'
      );
    };
    const items = [
      item('late by more than two ticks', { token: dueSince(1_801) }),
      item('late by two ticks', { token: dueSince(1_800) }),
      item('without a token', { token: 'empty' }),
      item('failing, without a token', { failure, ...asked, token: 'empty' }),
      { name: 'not seen', ...urgencyOf(undefined) },
    ];
    expect(inOrder(items, true).map(({ name }) => name)).toEqual([
      'late by two ticks',
      'failing, without a token',
      'without a token',
      'not seen',
      'late by more than two ticks',
    ]);
  });

  it('lets failing credentials for which IMS was asked go first, now and then', () => {
    const items = [
      item('never asked', { failure, token: currentToken(60) }),
      item('asked now', { failure, requested: [now], token: currentToken(60) }),
      item('asked before', { failure, requested: [epochSeconds(now - 900)], token: 'empty' }),
    ];
    expect(inOrder(items, true).map(({ name }) => name)).toEqual([
      'asked before',
      'asked now',
      'never asked',
    ]);
  });

  it('draws lots for the turns of failing credentials, now and then', () => {
    const failing = (name: string, lot: number, ago: number) => ({
      ...item(name, { failure, requested: [epochSeconds(now - ago)], token: currentToken(-ago) }),
      lot,
    });
    const items = [
      failing('asked long ago, which has ended', 2, 86_400),
      failing('asked before', 3, 900),
      failing('asked now', 1, 0),
      { ...item('never asked', { failure, token: 'empty' }), lot: 0 },
    ];
    expect(inOrder(items, true).map(({ name }) => name)).toEqual([
      'asked now',
      'asked long ago, which has ended',
      'asked before',
      'never asked',
    ]);
  });
});
