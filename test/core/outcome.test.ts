import { describe, expect, it } from 'vitest';
import { decide } from '../../core/decision.ts';
import { Deferral, RotatorError } from '../../core/errors.ts';
import { epochSeconds } from '../../core/instant.ts';
import type { Observation } from '../../core/observation.ts';
import { type Acted, type CredentialOutcome, outcomeOf } from '../../core/outcome.ts';
import { currentToken, lifetime, now, observed } from '../support/builders.ts';

const rejected = new RotatorError('ERR_TOKEN_REJECTED', 'IMS answered 400');
const noTime = new Deferral('ERR_NO_TIME_LEFT', 'no time is left in this run');
const brokenHost = new Deferral('ERR_TOKEN_UNAVAILABLE', 'the host has failed too often');
const standing = {
  code: 'ERR_TOKEN_REJECTED',
  since: now,
  retryAt: epochSeconds(now + 900),
  fingerprint: 'c0ffee00',
};
const life = ({ expiresAt }: { expiresAt: number }) => ({ expiresAt, lifetime });

const outcome = (acted: Acted, overrides: Partial<Observation> = {}): CredentialOutcome => {
  const observation = observed(overrides);
  return outcomeOf('fusion', observation, decide(observation), acted);
};

describe('an outcome', () => {
  const token = currentToken(lifetime - 3_600);
  const expiring = currentToken(60);

  it.each<[string, CredentialOutcome, object]>([
    [
      'a kept token has its reason and its expiry',
      outcome({ kind: 'kept' }),
      { reason: 'token-fresh', outcome: 'kept', token: life(token), failing: false, isNews: false },
    ],
    [
      'a kept token that waits after a failure is failing, and says why',
      outcome({ kind: 'kept' }, { failure: standing }),
      { reason: 'backing-off', outcome: 'kept', failing: true, standingCode: standing.code },
    ],
    [
      'a due token is reported as such',
      outcome({ kind: 'due' }, { token: expiring }),
      { reason: 'token-expiring', outcome: 'due', failing: false },
    ],
    [
      'a missing token has no expiry',
      outcome({ kind: 'due' }, { token: 'empty' }),
      { reason: 'token-missing', token: undefined },
    ],
    [
      'a renewed token has the new expiry',
      outcome(
        { kind: 'renewed', token: life(token) as never, clientSecretPosition: 2 },
        { token: expiring },
      ),
      { outcome: 'renewed', token: life(token), clientSecretPosition: 2, failing: false },
    ],
    [
      'a failure is news and lasts, and the old token stays',
      outcome({ kind: 'failed', error: rejected }, { token: expiring }),
      { outcome: 'failed', token: life(expiring), error: rejected, failing: true, isNews: true },
    ],
    [
      'a run out of time fails nobody',
      outcome({ kind: 'failed', error: noTime }, { token: expiring }),
      { outcome: 'deferred', error: noTime, failing: false, isNews: false },
    ],
    [
      'a run out of time leaves a standing failure standing',
      outcome({ kind: 'failed', error: noTime }, { failure: { ...standing, retryAt: undefined } }),
      { outcome: 'deferred', failing: true, isNews: false },
    ],
    [
      'a broken host fails all its credentials',
      outcome({ kind: 'failed', error: brokenHost }, { token: expiring }),
      { outcome: 'deferred', failing: true, isNews: true },
    ],
    [
      'a credential of which too little could be seen has no reason',
      outcomeOf('fusion', undefined, undefined, { kind: 'failed', error: rejected }),
      { reason: undefined, token: undefined, outcome: 'failed', failing: true, isNews: true },
    ],
  ])('%s', (_, actual, expected) => {
    expect(actual).toMatchObject({ credential: 'fusion', ...expected });
  });
});
