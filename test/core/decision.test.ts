import { describe, expect, it } from 'vitest';
import { decide, isForced, isSettled, type Observation } from '../../core/decision.ts';
import { epochSeconds } from '../../core/instant.ts';
import { currentToken, hour, lifetime, now, observed } from '../support/builders.ts';

const half = lifetime / 2;
const backingOff = {
  code: 'ERR_TOKEN_REJECTED/invalid_client',
  since: now,
  retryAt: epochSeconds(now + 900),
  fingerprint: 'c0ffee00',
};

describe('decide', () => {
  it.each<[string, Partial<Observation>, string, string, boolean?]>([
    ['keeps a fresh token', {}, 'keep', 'token-fresh'],
    ['keeps while paused', { paused: true }, 'keep', 'paused'],
    ['fails without a token secret', { token: 'absent' }, 'keep', 'token-secret-missing', true],
    [
      'fails when the credential of a stored token is gone',
      { fingerprint: undefined },
      'keep',
      'credential-missing',
      true,
    ],
    [
      'fails when the credential of an unreadable value is gone',
      { fingerprint: undefined, token: 'malformed' },
      'keep',
      'credential-missing',
      true,
    ],
    [
      'waits for a credential that was never stored',
      { fingerprint: undefined, token: 'empty' },
      'keep',
      'credential-missing',
      false,
    ],
    ['renews when forced', { forced: true }, 'renew', 'forced'],
    [
      'keeps while it backs off',
      { failure: backingOff, token: 'empty' },
      'keep',
      'backing-off',
      false,
    ],
    [
      'renews again when the wait is over',
      { failure: { ...backingOff, retryAt: epochSeconds(now + 450) }, token: 'empty' },
      'renew',
      'token-missing',
    ],
    ['renews when there is no token yet', { token: 'empty' }, 'renew', 'token-missing'],
    ['renews a value that is no token', { token: 'malformed' }, 'renew', 'token-malformed'],
    ['renews for a new credential', { fingerprint: '00000001' }, 'renew', 'credential-changed'],
    [
      'does not take an unknown origin for a change',
      { token: currentToken(lifetime - hour, { fingerprint: undefined }) },
      'keep',
      'token-fresh',
    ],
    [
      'keeps a token of 599 seconds',
      { token: currentToken(30 - 599, { lifetime: 30 }) },
      'keep',
      'recently-issued',
    ],
    [
      'renews a token of 600 seconds that is expired',
      { token: currentToken(30 - 600, { lifetime: 30 }) },
      'renew',
      'token-expired',
    ],
    ['is expired at the very expiry', { token: currentToken(0) }, 'renew', 'token-expired'],
    ['is expired after it', { token: currentToken(-1) }, 'renew', 'token-expired'],
    ['is expiring a second before it', { token: currentToken(1) }, 'renew', 'token-expiring'],
    ['is fresh just over half its life', { token: currentToken(half + 1) }, 'keep', 'token-fresh'],
    ['is expiring at half its life', { token: currentToken(half) }, 'renew', 'token-expiring'],
    [
      'is fresh just before a shorter setting',
      { token: currentToken(2 * hour + 1), renewBefore: 2 * hour },
      'keep',
      'token-fresh',
    ],
    [
      'is expiring at a shorter setting',
      { token: currentToken(2 * hour), renewBefore: 2 * hour },
      'renew',
      'token-expiring',
    ],
  ])('%s', (_, overrides, action, reason, failing = false) => {
    expect(decide(observed(overrides))).toEqual({ action, reason, failing });
  });

  it('takes the first reason that holds, in the order of the design', () => {
    const everything: Partial<Observation>[] = [
      { paused: true },
      { token: 'absent' },
      { fingerprint: undefined },
      { forced: true },
      { failure: backingOff, token: 'empty' },
    ];
    const worst = (from: number): Observation =>
      observed(Object.assign({}, ...everything.slice(from).toReversed()));
    expect([0, 1, 2, 3, 4].map((from) => decide(worst(from)).reason)).toEqual([
      'paused',
      'token-secret-missing',
      'credential-missing',
      'forced',
      'backing-off',
    ]);
    const recentAndChanged = { token: currentToken(lifetime - 1), fingerprint: '00000001' };
    expect(decide(observed(recentAndChanged)).reason).toBe('credential-changed');
    const expiredAndChanged = { token: currentToken(-1), fingerprint: '00000001' };
    expect(decide(observed(expiredAndChanged)).reason).toBe('credential-changed');
  });
});

describe('isForced', () => {
  const token = currentToken(lifetime - 60);

  it.each([
    ['not asked for', { force: false }, token, false],
    [
      'not asked for, though it names the version',
      { force: false, replaces: token.versionId },
      token,
      false,
    ],
    [
      'while the version it replaces is current',
      { force: true, replaces: token.versionId },
      token,
      true,
    ],
    [
      'no longer, once that version was replaced',
      { force: true, replaces: 'an-earlier-one' },
      token,
      false,
    ],
    [
      'no longer, when there is nothing to replace',
      { force: true, replaces: 'an-earlier-one' },
      'empty',
      false,
    ],
    ['without a version, a minute after the last mint', { force: true }, token, true],
    ['not within that minute', { force: true }, currentToken(lifetime - 59), false],
    [
      'while the malformed value that it replaces is current',
      { force: true, replaces: 'of-a-malformed-value' },
      'malformed',
      true,
    ],
    ['without a version and without a token', { force: true }, 'malformed', true],
  ] as const)('%s', (_, request, current, forced) => {
    const versionId = typeof current === 'object' ? current.versionId : 'of-a-malformed-value';
    expect(isForced(request, { now, token: current }, versionId)).toBe(forced);
  });
});

describe('isSettled', () => {
  it.each([
    ['token-fresh', true],
    ['recently-issued', true],
    ['backing-off', false],
    ['paused', false],
    [undefined, false],
  ] as const)('of %s: %s', (reason, settled) => {
    expect(isSettled(reason)).toBe(settled);
  });
});
