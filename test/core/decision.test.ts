import { describe, expect, it } from 'vitest';
import {
  decide,
  type Force,
  isSettled,
  mustExpireLater,
  needsWork,
  type Reason,
} from '../../core/decision.ts';
import { epochSeconds } from '../../core/instant.ts';
import type { Observation } from '../../core/observation.ts';
import { renewAt } from '../../core/renew-before.ts';
import { currentToken, hour, lifetime, now, observed } from '../support/builders.ts';

const half = lifetime / 2;
const backingOff = {
  code: 'ERR_TOKEN_REJECTED/invalid_client',
  since: now,
  retryAt: epochSeconds(now + 900),
  fingerprint: 'c0ffee00',
};
const notLater = { ...backingOff, code: 'ERR_TOKEN_NOT_LATER' };

describe('decide', () => {
  it.each<[string, Partial<Observation>, string, string, boolean?]>([
    ['keeps a fresh token', {}, 'keep', 'token-fresh'],
    ['keeps while paused', { paused: true }, 'keep', 'paused'],
    [
      'fails a paused credential whose value is not a token: nothing else tells of it',
      { paused: true, token: 'malformed' },
      'keep',
      'paused',
      true,
    ],
    [
      'fails a paused credential of the stack that should have been stored by now',
      { paused: true, token: 'empty', fingerprint: undefined, isOverdue: true },
      'keep',
      'paused',
      true,
    ],
    [
      'fails a paused credential that has had no token for a day',
      { paused: true, token: 'empty' },
      'keep',
      'paused',
      true,
    ],
    [
      'keeps a paused credential that is new and has no token yet',
      { paused: true, token: 'empty', isOld: false },
      'keep',
      'paused',
    ],
    [
      'keeps a paused credential that nobody has stored yet',
      { paused: true, token: 'empty', fingerprint: undefined },
      'keep',
      'paused',
    ],
    ['fails without a token secret', { token: 'absent' }, 'keep', 'token-secret-missing', true],
    [
      'fails when the credential of a stored token is gone',
      { fingerprint: undefined },
      'keep',
      'credential-missing',
      true,
    ],
    [
      'fails when the credential of a malformed value is gone',
      { fingerprint: undefined, token: 'malformed' },
      'keep',
      'credential-missing',
      true,
    ],
    [
      'waits for a credential that was never stored',
      { fingerprint: undefined, token: 'empty', versionId: undefined },
      'keep',
      'credential-missing',
      false,
    ],
    [
      'needs attention if neither value of a pair that has a token is found',
      { fingerprint: undefined, token: 'empty' },
      'keep',
      'credential-missing',
      true,
    ],
    [
      'keeps while it backs off',
      { failure: backingOff, token: 'empty' },
      'keep',
      'backing-off',
      false,
    ],
    [
      'waits while the stored token outlives every new one',
      { failure: notLater, token: currentToken(half) },
      'keep',
      'backing-off',
    ],
    [
      'does not wait for that when the credential has changed',
      { failure: { ...notLater, fingerprint: '00000001' }, fingerprint: '00000001' },
      'renew',
      'credential-changed',
    ],
    [
      'backs off after any other failure of a changed credential, which counts as failing',
      { failure: { ...backingOff, fingerprint: '00000001' }, fingerprint: '00000001' },
      'keep',
      'backing-off',
    ],
    [
      'renews again when the wait is over',
      { failure: { ...backingOff, retryAt: epochSeconds(now + 450) }, token: 'empty' },
      'renew',
      'token-missing',
    ],
    ['renews when there is no token yet', { token: 'empty' }, 'renew', 'token-missing'],
    ['looks at a value that has not been read', { token: 'unread' }, 'look', 'token-unread'],
    ['renews a value that is not a token', { token: 'malformed' }, 'renew', 'token-malformed'],
    ['renews for a new credential', { fingerprint: '00000001' }, 'renew', 'credential-changed'],
    [
      'does not count an unknown origin as a change',
      { token: currentToken(lifetime - hour, { fingerprint: undefined }) },
      'keep',
      'token-fresh',
    ],
    [
      'keeps a token issued 599 seconds ago',
      { token: currentToken(30 - 599, { lifetime: 30 }) },
      'keep',
      'recently-issued',
    ],
    [
      'renews an expired token issued 600 seconds ago',
      { token: currentToken(30 - 600, { lifetime: 30 }) },
      'renew',
      'token-expired',
    ],
    ['renews a token that expires now', { token: currentToken(0) }, 'renew', 'token-expired'],
    ['renews a token that has expired', { token: currentToken(-1) }, 'renew', 'token-expired'],
    [
      'renews a token a second before it expires',
      { token: currentToken(1) },
      'renew',
      'token-expiring',
    ],
  ])('%s', (_, overrides, action, reason, needsAction = false) => {
    expect(decide(observed(overrides))).toEqual({ action, reason, needsAction });
  });

  it.each([undefined, 2 * hour])('renews a token when its time has come: %j', (renewBefore) => {
    const token = currentToken(half);
    const due = renewAt(token, observed({ renewBefore }));
    const at = (seconds: number) =>
      decide(observed({ token, renewBefore, now: epochSeconds(seconds) }));
    expect(at(due - 1)).toMatchObject({ action: 'keep', reason: 'token-fresh' });
    expect(at(due)).toMatchObject({ action: 'renew', reason: 'token-expiring' });
  });

  it('gives the first reason that applies, in a fixed order', () => {
    const force: Force = { force: true };
    const everything: Partial<Observation>[] = [
      { paused: true },
      { token: 'absent' },
      { fingerprint: undefined },
      { failure: backingOff, token: 'empty' },
    ];
    const worst = (from: number): Observation =>
      observed(Object.assign({}, ...everything.slice(from).toReversed()));
    expect([0, 1, 2, 3].map((from) => decide(worst(from), force).reason)).toEqual([
      'paused',
      'token-secret-missing',
      'credential-missing',
      'forced',
    ]);
    expect(decide(worst(3)).reason).toBe('backing-off');
    const unreadAndBackingOff = { failure: backingOff, token: 'unread' } as const;
    expect(decide(observed(unreadAndBackingOff)).reason).toBe('backing-off');
    const recentAndChanged = { token: currentToken(lifetime - 1), fingerprint: '00000001' };
    expect(decide(observed(recentAndChanged)).reason).toBe('credential-changed');
    const expiredAndChanged = { token: currentToken(-1), fingerprint: '00000001' };
    expect(decide(observed(expiredAndChanged)).reason).toBe('credential-changed');
  });
});

describe('a decision over the budget of token requests', () => {
  const requested = [now, now, now];
  const over = (overrides: Partial<Observation>, force?: Force) =>
    decide(observed({ requested, ...overrides }), force);

  it.each<[string, Partial<Observation>, Force | undefined, boolean]>([
    ['keeps quiet about a changed credential', { fingerprint: '00000001' }, undefined, false],
    ['keeps quiet about a forced renewal', {}, { force: true }, false],
    [
      'keeps quiet while the token lasts for more than two ticks',
      { token: currentToken(1_801) },
      undefined,
      false,
    ],
    ['needs action when it does not', { token: currentToken(1_800) }, undefined, true],
    ['needs action when the token has expired', { token: currentToken(-1) }, undefined, true],
    ['needs action when there is no token', { token: 'empty' }, undefined, true],
    ['needs action when the value is not a token', { token: 'malformed' }, undefined, true],
    ['needs action when nobody has read it', { token: 'unread' }, { force: true }, true],
  ])('%s', (_, overrides, force, needsAction) => {
    expect(over(overrides, force)).toEqual({
      action: 'keep',
      reason: 'over-budget',
      needsAction,
      spent: { requests: requested, nextAt: now + 600 },
    });
  });

  it('is about tokens that are due only', () => {
    expect(over({}).reason).toBe('token-fresh');
    expect(over({ paused: true }).reason).toBe('paused');
    expect(over({ token: 'unread' }).action).toBe('look');
  });
});

describe('a forced decision', () => {
  const token = currentToken(lifetime - 60);
  const current = { token, versionId: 'the-current-one' };

  it.each<[string, Force, Partial<Observation>, boolean]>([
    ['does not force without being asked to', { force: false }, current, false],
    [
      'does not force for a version alone',
      { force: false, replaces: 'the-current-one' },
      current,
      false,
    ],
    [
      'forces while the version it replaces is current',
      { force: true, replaces: 'the-current-one' },
      current,
      true,
    ],
    [
      'does not force once that version was replaced',
      { force: true, replaces: 'an-earlier-one' },
      current,
      false,
    ],
    [
      'does not force for a version when there is none',
      { force: true, replaces: 'an-earlier-one' },
      { token: 'empty', versionId: undefined },
      false,
    ],
    ['forces without a version a minute after the last mint', { force: true }, current, true],
    [
      'does not force without a version within that minute',
      { force: true },
      { token: currentToken(lifetime - 59) },
      false,
    ],
    [
      'forces while the malformed value it replaces is current',
      { force: true, replaces: 'the-current-one' },
      { token: 'malformed', versionId: 'the-current-one' },
      true,
    ],
    ['forces without a version and without a token', { force: true }, { token: 'malformed' }, true],
  ])('%s', (_, force, overrides, forced) => {
    expect(decide(observed(overrides), force).reason === 'forced').toBe(forced);
  });
});

describe('isSettled', () => {
  it.each([
    ['token-fresh', true],
    ['recently-issued', true],
    ['backing-off', false],
    ['over-budget', false],
    ['paused', false],
    [undefined, false],
  ] as const)('for %s: %s', (reason, settled) => {
    expect(isSettled(reason)).toBe(settled);
  });
});

describe('mustExpireLater', () => {
  it.each<[Reason, Parameters<typeof mustExpireLater>[1], boolean]>([
    ['token-expiring', currentToken(60), true],
    ['token-expired', currentToken(-1), true],
    ['forced', currentToken(60), false],
    ['credential-changed', currentToken(60), false],
    ['token-malformed', 'malformed', false],
    ['token-expired', 'empty', false],
  ])('for %s and the stored token %j: %s', (reason, token, must) => {
    expect(mustExpireLater(reason, token)).toBe(must);
  });
});

describe('a tick', () => {
  const status = { hasStatus: true };

  it.each<[string, Partial<Observation>, boolean, { readonly hasStatus: boolean }?]>([
    ['renews a token that is due', { token: currentToken(60) }, true],
    ['looks at a foreign token', { token: 'unread' }, true],
    ['only counts a fresh token', {}, false],
    ['ends a failure that the tag still holds', {}, true, status],
    ['ends one of a token that was just issued', { token: currentToken(lifetime) }, true, status],
    ['reads the secrets before a credential counts as gone', { fingerprint: undefined }, true],
    [
      'leaves a credential that has no value yet',
      { fingerprint: undefined, token: 'empty', versionId: undefined },
      false,
    ],
    ['reads a credential that it could not see', { isCredentialUnseen: true }, true],
    ['lets a failed credential wait', { failure: backingOff }, false, status],
    ['reads a foreign token that waits', { failure: backingOff, token: 'unread' }, true, status],
    ['leaves a paused credential', { paused: true, isCredentialUnseen: true }, false, status],
    [
      'reads a paused credential that should have had a token by now',
      { paused: true, token: 'empty', isOverdue: true },
      true,
    ],
    ['reads a foreign token that is paused', { paused: true, token: 'unread' }, true],
  ])('%s', (_, overrides, needed, { hasStatus } = { hasStatus: false }) => {
    const observation = observed(overrides);
    expect(needsWork(decide(observation), observation, hasStatus)).toBe(needed);
  });
});
