import { describe, expect, it } from 'vitest';
import { decide } from '../../core/decision.ts';
import { Deferral, RotatorError, TokenNotLaterError } from '../../core/errors.ts';
import { epochSeconds } from '../../core/instant.ts';
import type { CurrentToken, Observation } from '../../core/observation.ts';
import {
  type Acted,
  type CredentialOutcome,
  outcomeOf,
  type TokenLife,
} from '../../core/outcome.ts';
import { currentToken, lifetime, now, observed } from '../support/builders.ts';

const rejected = new RotatorError('ERR_TOKEN_REJECTED', 'IMS answered 400');
const noTime = new Deferral('ERR_NO_TIME_LEFT', 'no time is left in this run');
const notLater = new TokenNotLaterError('it expires earlier', now);
const brokenHost = new Deferral('ERR_TOKEN_UNAVAILABLE', 'the host has failed too often');
const standing = {
  code: 'ERR_TOKEN_REJECTED',
  since: now,
  retryAt: epochSeconds(now + 900),
  fingerprint: 'c0ffee00',
};
const life = ({ expiresAt }: CurrentToken): TokenLife => ({ expiresAt, lifetime });

const outcome = (acted: Acted, overrides: Partial<Observation> = {}): CredentialOutcome => {
  const observation = observed(overrides);
  return outcomeOf('fusion', observation, decide(observation), acted);
};

describe('outcomeOf', () => {
  const token = currentToken(lifetime - 3_600);
  const expiring = currentToken(60);
  const renewed: Acted = { kind: 'renewed', token: life(token) };

  it.each<[string, () => CredentialOutcome, object]>([
    [
      'gives a kept token its reason and its expiry',
      () => outcome({ kind: 'kept' }),
      { reason: 'token-fresh', outcome: 'kept', token: life(token), failing: false, isNews: false },
    ],
    [
      'reports a token that waits after a failure as failing, with the code',
      () => outcome({ kind: 'kept' }, { failure: standing }),
      { reason: 'backing-off', outcome: 'kept', failing: true, standingCode: standing.code },
    ],
    [
      'says why a due token waits for its budget, which is no failure while it is good',
      () => outcome({ kind: 'kept' }, { requested: [now, now, now], fingerprint: '00000001' }),
      { reason: 'over-budget', outcome: 'kept', spent: { nextAt: now + 600 }, failing: false },
    ],
    [
      'still reports a standing failure while the budget is spent',
      () =>
        outcome(
          { kind: 'kept' },
          { requested: [now, now, now], token: 'empty', failure: { ...standing, retryAt: now } },
        ),
      { reason: 'over-budget', failing: true, standingCode: standing.code },
    ],
    [
      'tells of a token that had expired before it was renewed, whatever for',
      () => outcome(renewed, { token: currentToken(-60), fingerprint: '00000001' }),
      { reason: 'credential-changed', token: life(token), found: life(currentToken(-60)) },
    ],
    [
      'tells of no token that was renewed before it expired',
      () => outcome(renewed, { token: expiring }),
      { reason: 'token-expiring', token: life(token), found: undefined },
    ],
    [
      'keeps a token that outlives the new one, which is no failure',
      () => outcome({ kind: 'failed', error: notLater }, { token: expiring }),
      { outcome: 'kept', error: notLater, token: life(expiring), failing: false, isNews: false },
    ],
    [
      'does not report a remembered failure that holds nothing back',
      () => outcome({ kind: 'kept' }, { failure: { ...standing, retryAt: undefined } }),
      { reason: 'token-fresh', failing: false, standingCode: undefined },
    ],
    [
      'a token that was to outlive every new one is failing as it expires',
      () =>
        outcome(
          { kind: 'kept' },
          { token: currentToken(0), failure: { ...standing, code: 'ERR_TOKEN_NOT_LATER' } },
        ),
      { reason: 'backing-off', failing: true },
    ],
    [
      'a good token that outlives every new one is not failing while it waits',
      () => outcome({ kind: 'kept' }, { failure: { ...standing, code: 'ERR_TOKEN_NOT_LATER' } }),
      { reason: 'backing-off', failing: false, standingCode: 'ERR_TOKEN_NOT_LATER' },
    ],
    [
      'a token that was to outlive every new one is failing once it has expired',
      () =>
        outcome(
          { kind: 'kept' },
          { failure: { ...standing, code: 'ERR_TOKEN_NOT_LATER' }, token: currentToken(-1) },
        ),
      { reason: 'backing-off', failing: true },
    ],
    [
      'reports a due token as due',
      () => outcome({ kind: 'due' }, { token: expiring }),
      { reason: 'token-expiring', outcome: 'due', failing: false },
    ],
    [
      'gives a missing token no expiry',
      () => outcome({ kind: 'due' }, { token: 'empty' }),
      { reason: 'token-missing', token: undefined },
    ],
    [
      'gives a renewed token its new expiry',
      () =>
        outcome(
          { kind: 'renewed', token: life(token), clientSecretPosition: 2 },
          { token: expiring },
        ),
      { outcome: 'renewed', token: life(token), clientSecretPosition: 2, failing: false },
    ],
    [
      'reports a failure as news, with the token that is still stored',
      () => outcome({ kind: 'failed', error: rejected }, { token: expiring }),
      { outcome: 'failed', token: life(expiring), error: rejected, failing: true, isNews: true },
    ],
    [
      'does not report a credential as failing when the run is out of time',
      () => outcome({ kind: 'failed', error: noTime }, { token: expiring }),
      { outcome: 'deferred', error: noTime, failing: false, isNews: false },
    ],
    [
      'reports a credential as failing when the run is out of time, and no metric knows its token',
      () => outcome({ kind: 'failed', error: noTime }, { token: 'unread' }),
      { outcome: 'deferred', reason: 'token-unread', failing: true, isNews: false },
    ],
    [
      'still reports a standing failure when the run is out of time',
      () =>
        outcome(
          { kind: 'failed', error: noTime },
          { failure: { ...standing, retryAt: undefined } },
        ),
      { outcome: 'deferred', failing: true, isNews: false },
    ],
    [
      'still reports a missing token secret when the run is out of time',
      () => outcome({ kind: 'failed', error: noTime }, { token: 'absent' }),
      { outcome: 'deferred', reason: 'token-secret-missing', failing: true, isNews: false },
    ],
    [
      'reports a credential as failing when its host has failed too often',
      () => outcome({ kind: 'failed', error: brokenHost }, { token: expiring }),
      { outcome: 'deferred', failing: true, isNews: true },
    ],
    [
      'a credential that could not be seen in full still fails as before',
      () =>
        outcome({ kind: 'kept', isUnsure: true }, { failure: { ...standing, retryAt: undefined } }),
      { reason: 'token-fresh', outcome: 'kept', failing: true, isNews: false },
    ],
    [
      'a credential that could not be seen in full, and has not failed, does not fail',
      () => outcome({ kind: 'kept', isUnsure: true }),
      { reason: 'token-fresh', outcome: 'kept', failing: false, isNews: false },
    ],
    [
      'gives no reason when too little could be seen',
      () => outcomeOf('fusion', undefined, undefined, { kind: 'failed', error: rejected }),
      { reason: undefined, token: undefined, outcome: 'failed', failing: true, isNews: true },
    ],
  ])('%s', (_, actual, expected) => {
    expect(actual()).toMatchObject({ credential: 'fusion', ...expected });
  });
});

describe('a missing token secret', () => {
  const missing = new RotatorError('ERR_TOKEN_SECRET_MISSING', 'it does not exist');

  it.each([
    ['in the first tick of an hour', 0, true],
    ['until that tick ends', 899, true],
    ['but not in the second one', 900, false],
    ['or the last one', 3_599, false],
  ])('is news %s (%i seconds past the hour)', (_, seconds, isNews) => {
    // The present of the tests is a full hour.
    const at = { now: epochSeconds(now + seconds), token: 'absent' as const };
    const failed = { kind: 'failed', error: missing } as const;
    expect(outcome(failed, at)).toMatchObject({ outcome: 'failed', failing: true, isNews });
  });
});
