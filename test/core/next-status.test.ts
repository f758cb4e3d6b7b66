import { describe, expect, it } from 'vitest';
import { decide, type Force, unforced } from '../../core/decision.ts';
import {
  Deferral,
  RotatorError,
  TokenNotLaterError,
  TokenRequestError,
} from '../../core/errors.ts';
import { epochSeconds } from '../../core/instant.ts';
import { type NextStatus, nextStatus } from '../../core/next-status.ts';
import type { Observation } from '../../core/observation.ts';
import { type Acted, outcomeOf } from '../../core/outcome.ts';
import { formatStatus } from '../../core/status.ts';
import { currentToken, lifetime, now, observed } from '../support/builders.ts';

const tag = 'ims-token-rotator:status';
const rejected = new TokenRequestError('ERR_TOKEN_REJECTED', 'IMS answered 400', {
  clientId: 'client',
  imsError: 'invalid_client',
});
const unavailable = new TokenRequestError('ERR_TOKEN_UNAVAILABLE', 'IMS answered 429', {
  clientId: 'client',
  imsError: 'slow_down',
});
const missing = new RotatorError('ERR_CREDENTIAL_MISSING', 'it does not exist');
const denied = new RotatorError('ERR_SECRET_ACCESS_DENIED', 'denied');
const inHalfAnHour = epochSeconds(now + 1_800);
const noTime = new Deferral('ERR_NO_TIME_LEFT', 'no time is left in this run');

const hourAgo = epochSeconds(now - 3_600);
const expiring = { token: currentToken(7_200) };
const since = '2026-11-22T12:00:00Z';
const failing = 'failing code=ERR_TOKEN_UNAVAILABLE since=2026-11-22T11:00:00Z credential=c0ffee00';
const standing = { code: 'ERR_TOKEN_UNAVAILABLE', since: hourAgo, fingerprint: 'c0ffee00' };

const next = (
  status: string | undefined,
  overrides: Partial<Observation>,
  acted: Acted,
  force: Force = unforced,
): NextStatus => {
  const observation = observed(overrides);
  const outcome = outcomeOf('fusion', observation, decide(observation, force), acted);
  return nextStatus({ [tag]: status }, observation, outcome);
};

const kept: Acted = { kind: 'kept' };
const failed = (error: RotatorError): Acted => ({ kind: 'failed', error });
const renewed: Acted = { kind: 'renewed', token: { expiresAt: now, lifetime } };

describe('the next status', () => {
  it.each<[string, () => NextStatus, NextStatus]>([
    [
      'is not written for a credential that has never failed',
      () => next(undefined, {}, kept),
      { status: undefined, isNews: false },
    ],
    [
      'is not written when it is already ok',
      () => next('ok', {}, kept),
      { status: undefined, isNews: false },
    ],
    [
      'is about the current version when the failure has outlived the one before',
      () =>
        next(failing.replace('c0ffee00', '0a0b0c0d'), { failure: standing, paused: true }, kept),
      { status: failing, isNews: false },
    ],
    [
      'is set to ok after a renewal',
      () => next(failing, { failure: standing, ...expiring }, renewed),
      { status: 'ok', isNews: false },
    ],
    [
      'is set to ok for a fresh token',
      () => next(failing, {}, kept),
      { status: 'ok', isNews: false },
    ],
    [
      'is not changed while the credential is paused',
      () => next(failing, { paused: true }, kept),
      { status: undefined, isNews: false },
    ],
    [
      "holds IMS's code and a time to retry after a final failure",
      () => next(undefined, expiring, failed(rejected)),
      {
        status: `failing code=ERR_TOKEN_REJECTED/invalid_client since=${since} retry-at=2026-11-22T12:15:00Z credential=c0ffee00`,
        isNews: true,
      },
    ],
    [
      'retries no later than two ticks before the stored token expires',
      () => next(undefined, { token: currentToken(1_800 + 300) }, failed(rejected)),
      {
        status: `failing code=ERR_TOKEN_REJECTED/invalid_client since=${since} retry-at=2026-11-22T12:05:00Z credential=c0ffee00`,
        isNews: true,
      },
    ],
    [
      'waits as usual once the stored token has expired',
      () => next(undefined, { token: currentToken(-1) }, failed(rejected)),
      {
        status: `failing code=ERR_TOKEN_REJECTED/invalid_client since=${since} retry-at=2026-11-22T12:15:00Z credential=c0ffee00`,
        isNews: true,
      },
    ],
    [
      'waits until a new token would outlive the stored one, without being news',
      () => next(undefined, expiring, failed(new TokenNotLaterError('not later', inHalfAnHour))),
      {
        status: `failing code=ERR_TOKEN_NOT_LATER since=${since} retry-at=2026-11-22T12:30:00Z credential=c0ffee00`,
        isNews: false,
      },
    ],
    [
      'remembers that the credential of a fresh token cannot be seen',
      () => next(undefined, { isCredentialUnseen: true }, failed(denied)),
      {
        status: `failing code=ERR_SECRET_ACCESS_DENIED since=${since} retry-at=2026-11-22T12:15:00Z credential=c0ffee00`,
        isNews: true,
      },
    ],
    [
      "holds neither IMS's code nor a time to retry after a transient failure",
      () => next(undefined, { token: 'empty' }, failed(unavailable)),
      {
        status: `failing code=ERR_TOKEN_UNAVAILABLE since=${since} credential=c0ffee00`,
        isNews: true,
      },
    ],
    [
      'is not written again for a transient failure that lasts',
      () => next(failing, { failure: standing, ...expiring }, failed(unavailable)),
      { status: undefined, isNews: false },
    ],
    [
      'holds no time to retry when the credential is missing, because every tick checks',
      () => next(undefined, { fingerprint: undefined }, failed(missing)),
      {
        status: `failing code=ERR_CREDENTIAL_MISSING since=${since} credential=00000000`,
        isNews: true,
      },
    ],
    [
      'is not changed when a forced renewal of a fresh token fails',
      () => next(undefined, {}, failed(rejected), { force: true }),
      { status: undefined, isNews: true, isForgotten: true },
    ],
    [
      'is not changed when the run is out of time',
      () => next(undefined, expiring, failed(noTime)),
      { status: undefined, isNews: false },
    ],
  ])('%s', (_, actual, expected) => {
    expect(actual()).toEqual(expected);
  });

  it('is not changed when too little could be seen', () => {
    const outcome = outcomeOf('fusion', undefined, undefined, failed(rejected));
    expect(nextStatus({}, undefined, outcome)).toEqual({ status: undefined, isNews: true });
  });

  it('takes the code of another failure that a waiting credential has, and waits no longer', () => {
    const failure = { ...standing, retryAt: inHalfAnHour };
    const status = formatStatus(failure);
    const other = formatStatus({ ...failure, code: 'ERR_SECRET_ACCESS_DENIED' });
    expect(next(status, { failure, ...expiring }, failed(denied))).toEqual({
      status: other,
      isNews: true,
    });
    const again = { ...failure, code: 'ERR_SECRET_ACCESS_DENIED' };
    expect(next(other, { failure: again, ...expiring }, failed(denied))).toEqual({
      status: undefined,
      isNews: false,
    });
  });

  it('keeps the start of a failure whose code changes', () => {
    const observation = observed({ failure: standing, ...expiring });
    const outcome = outcomeOf('fusion', observation, decide(observation), failed(rejected));
    expect(nextStatus({ [tag]: failing }, observation, outcome)).toEqual({
      status: formatStatus({
        code: 'ERR_TOKEN_REJECTED',
        imsError: 'invalid_client',
        since: hourAgo,
        retryAt: epochSeconds(now + 3_600),
        fingerprint: 'c0ffee00',
      }),
      isNews: true,
    });
  });
});
