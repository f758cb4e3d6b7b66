import { describe, expect, it } from 'vitest';
import type { Reason } from '../../core/decision.ts';
import { RotatorError } from '../../core/errors.ts';
import type { CredentialOutcome } from '../../core/outcome.ts';
import { runResult, tickError } from '../../core/run-result.ts';
import { now } from '../support/builders.ts';
import { summaryOf } from '../support/outcomes.ts';

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
    expect(runResult('tick', 'prod', summaryOf(outcomes))).toEqual({
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

  it('lists a hundred of 100,001 credentials and counts the rest', () => {
    const outcomes = Array.from({ length: 100_000 }, (_, index) => outcome(`c${index}`, 'kept'));
    const result = runResult(
      'status',
      'prod',
      summaryOf([...outcomes, { ...outcome('bad', 'failed'), error }]),
    );
    expect(result.credentials).toHaveLength(100);
    expect(result.credentials[0]?.name).toBe('bad');
    expect(result).toMatchObject({ managed: 100_001, truncated: 99_901 });
  });

  it('lists a credential that is backing off among the failures, with its code', () => {
    const waiting: CredentialOutcome = {
      ...outcome('z', 'kept', 'backing-off'),
      failing: true,
      standingCode: 'ERR_TOKEN_REJECTED',
    };
    const many = Array.from({ length: 150 }, (_, index) => outcome(`c${index}`, 'renewed'));
    expect(runResult('tick', 'prod', summaryOf([...many, waiting])).credentials[0]).toEqual({
      name: 'z',
      reason: 'backing-off',
      outcome: 'kept',
      code: 'ERR_TOKEN_REJECTED',
    });
  });

  it('reports which client secret IMS accepted, and a status that could not be written', () => {
    const statusError = new RotatorError('ERR_STATUS_NOT_WRITTEN', 'x');
    const outcomes = [{ ...outcome('a', 'renewed'), clientSecretPosition: 2, statusError }];
    expect(runResult('tick', 'prod', summaryOf(outcomes)).credentials).toMatchObject([
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

  it('has a line for each failure that is news, and for each status that could not be written', () => {
    const statusError = new RotatorError('ERR_STATUS_NOT_WRITTEN', 'denied');
    const failure = tickError(
      summaryOf([failed('a', true), { ...failed('b', false), statusError }]),
    );
    expect(failure?.message).toBe(
      'a: ERR_TOKEN_REJECTED: IMS answered 400\nb: ERR_STATUS_NOT_WRITTEN: denied',
    );
    expect(failure?.errors).toEqual([error, statusError]);
  });

  it('is undefined when no failure is news', () => {
    expect(tickError(summaryOf([failed('a', false)]))).toBeUndefined();
  });

  it('has at most 100 lines, and counts the rest', () => {
    const outcomes = Array.from({ length: 150 }, (_, index) => failed(`c${index}`, true));
    const lines = tickError(summaryOf(outcomes))?.message.split('\n');
    expect(lines).toHaveLength(101);
    expect(lines?.at(-1)).toBe('and 50 more');
  });
});
