import { describe, expect, it } from 'vitest';
import { mustExpireLater, type Reason } from '../../core/decision.ts';
import { RotatorError } from '../../core/errors.ts';
import { keptError } from '../../core/kept-error.ts';
import type { CredentialOutcome } from '../../core/outcome.ts';
import { credentialError, runResult, tickError } from '../../core/run-result.ts';
import { secretNames } from '../../core/secret-name.ts';
import { currentToken, now } from '../support/builders.ts';

const names = secretNames({ prefix: 'ims-token-rotator/prod', clientSecrets: new Map() }, 'fusion');

describe('a kept token', () => {
  it.each<[Reason, string | undefined]>([
    ['paused', 'ERR_PAUSED'],
    ['token-secret-missing', 'ERR_TOKEN_SECRET_MISSING'],
    ['credential-missing', 'ERR_CREDENTIAL_MISSING'],
    ['backing-off', 'ERR_BACKING_OFF'],
    ['recently-issued', 'ERR_RECENTLY_ISSUED'],
    ['token-fresh', undefined],
  ])('of %s has the code %s for whoever asked by name', (reason, code) => {
    expect(keptError(reason, names)?.code).toBe(code);
  });

  it.each<[Reason, Parameters<typeof mustExpireLater>[1], boolean]>([
    ['token-expiring', currentToken(60), true],
    ['token-expired', currentToken(-1), true],
    ['forced', currentToken(60), false],
    ['credential-changed', currentToken(60), false],
    ['token-malformed', 'malformed', false],
    ['token-expired', 'empty', false],
  ])('after %s of %j the new token must expire later: %s', (reason, token, must) => {
    expect(mustExpireLater(reason, token)).toBe(must);
  });
});

describe('runResult', () => {
  const error = new RotatorError('ERR_TOKEN_REJECTED', 'IMS answered 400');
  const outcome = (
    credential: string,
    result: CredentialOutcome['outcome'],
    reason: Reason = 'token-fresh',
  ): CredentialOutcome => ({
    credential,
    reason,
    outcome: result,
    failing: false,
    isNews: false,
  });

  it('counts by reason and outcome and lists failures first, then renewals', () => {
    const outcomes: CredentialOutcome[] = [
      outcome('a', 'kept'),
      { ...outcome('b', 'renewed', 'token-expiring'), token: { expiresAt: now, lifetime: 60 } },
      { ...outcome('c', 'failed', 'forced'), error, failing: true },
      { credential: 'd', outcome: 'failed', error, failing: true, isNews: true },
      outcome('e', 'kept'),
      outcome('f', 'deferred', 'token-expiring'),
    ];
    expect(runResult('tick', 'prod', outcomes)).toEqual({
      action: 'tick',
      rotator: 'prod',
      managed: 6,
      reasons: { 'token-fresh': 2, 'token-expiring': 2, forced: 1 },
      outcomes: { kept: 2, renewed: 1, failed: 2, deferred: 1 },
      credentials: [
        { name: 'c', reason: 'forced', outcome: 'failed', code: 'ERR_TOKEN_REJECTED' },
        { name: 'd', outcome: 'failed', code: 'ERR_TOKEN_REJECTED' },
        { name: 'f', reason: 'token-expiring', outcome: 'deferred' },
        {
          name: 'b',
          reason: 'token-expiring',
          outcome: 'renewed',
          expires_at: '2026-11-22T12:00:00Z',
        },
        { name: 'a', reason: 'token-fresh', outcome: 'kept' },
        { name: 'e', reason: 'token-fresh', outcome: 'kept' },
      ],
      truncated: 0,
    });
  });

  it('lists a hundred of 100,000 credentials and says how many more', () => {
    const outcomes = Array.from({ length: 100_000 }, (_, index) => outcome(`c${index}`, 'kept'));
    const result = runResult('status', 'prod', [
      ...outcomes,
      { ...outcome('bad', 'failed'), error },
    ]);
    expect(result.credentials).toHaveLength(100);
    expect(result.credentials[0]?.name).toBe('bad');
    expect(result).toMatchObject({ managed: 100_001, truncated: 99_901 });
  });

  it('lists what waits among the failures, with the code that it waits after', () => {
    const waiting: CredentialOutcome = {
      ...outcome('z', 'kept', 'backing-off'),
      failing: true,
      standingCode: 'ERR_TOKEN_REJECTED',
    };
    const many = Array.from({ length: 150 }, (_, index) => outcome(`c${index}`, 'renewed'));
    expect(runResult('tick', 'prod', [...many, waiting]).credentials[0]).toEqual({
      name: 'z',
      reason: 'backing-off',
      outcome: 'kept',
      code: 'ERR_TOKEN_REJECTED',
    });
  });

  it('says which secret worked, and that a status could not be written', () => {
    const statusError = new RotatorError('ERR_STATUS_NOT_WRITTEN', 'x');
    const outcomes = [{ ...outcome('a', 'renewed'), clientSecretPosition: 2, statusError }];
    expect(runResult('tick', 'prod', outcomes).credentials).toMatchObject([
      { name: 'a', client_secret_position: 2, code: 'ERR_STATUS_NOT_WRITTEN' },
    ]);
  });
});

describe('tickError', () => {
  const error = new RotatorError('ERR_TOKEN_REJECTED', 'IMS answered 400');
  const failed = (credential: string, isNews: boolean): CredentialOutcome => ({
    credential,
    outcome: 'failed',
    error,
    failing: true,
    isNews,
  });

  it('has a line for each failure that is news, and for each status that is not written', () => {
    const statusError = new RotatorError('ERR_STATUS_NOT_WRITTEN', 'denied');
    const failure = tickError([failed('a', true), { ...failed('b', false), statusError }]);
    expect(failure?.message).toBe(
      'a: ERR_TOKEN_REJECTED: IMS answered 400\nb: ERR_STATUS_NOT_WRITTEN: denied',
    );
    expect(failure?.errors).toEqual([error, statusError]);
  });

  it('is undefined when no failure is news', () => {
    expect(tickError([failed('a', false)])).toBeUndefined();
  });

  it('has at most 100 lines, and says how many more', () => {
    const outcomes = Array.from({ length: 150 }, (_, index) => failed(`c${index}`, true));
    const lines = tickError(outcomes)?.message.split('\n');
    expect(lines).toHaveLength(101);
    expect(lines?.at(-1)).toBe('and 50 more');
  });
});

describe('credentialError', () => {
  const error = new RotatorError('ERR_TOKEN_REJECTED', 'IMS answered 400');
  const statusError = new RotatorError('ERR_STATUS_NOT_WRITTEN', 'denied');
  const failed: CredentialOutcome = {
    credential: 'a',
    outcome: 'failed',
    error,
    failing: true,
    isNews: true,
  };

  it.each([
    ['the failure itself', failed, error],
    ['the failure, before a status that was not written', { ...failed, statusError }, error],
    ['the status that was not written', { ...failed, isNews: false, statusError }, statusError],
    ['nothing when the failure is not news', { ...failed, isNews: false }, undefined],
  ])('is %s', (_, outcome, expected) => {
    expect(credentialError(outcome)).toBe(expected);
  });
});
