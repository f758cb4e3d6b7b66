import { describe, expect, it } from 'vitest';
import { Deferral, RotatorError } from '../../../core/errors.ts';
import type { Deps } from '../../../core/ports.ts';
import { renewalSeconds } from '../../../lambda/steps/budget.ts';
import { withRetries } from '../../../lambda/steps/with-retries.ts';
import { startCredential } from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import { startParts } from '../../support/start-parts.ts';

const transient = new RotatorError('ERR_SECRET_UNAVAILABLE', 'it may pass');
const final = new RotatorError('ERR_SECRET_REFUSED', 'it will not pass');
const budget = { attempts: 3, reserve: 10 };

/** A `sleep` that only notes how long it was asked to wait. */
function sleeper() {
  const slept: number[] = [];
  const sleep = (seconds: number): Promise<void> => {
    slept.push(seconds);
    return Promise.resolve();
  };
  return { slept, sleep };
}

/** Runs work that fails with these errors in turn, and returns what it did. */
async function attempt(
  errors: readonly RotatorError[],
  overrides: Partial<Deps> = {},
): Promise<{ readonly attempts: number; readonly slept: readonly number[]; thrown: unknown }> {
  const parts = await startParts();
  const { slept, sleep } = sleeper();
  let attempts = 0;
  const thrown = await withRetries(parts.run({ sleep, ...overrides }), budget, () => {
    const error = errors[attempts];
    attempts += 1;
    return error === undefined ? Promise.resolve('done') : Promise.reject(error);
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { attempts, slept, thrown };
}

describe('withRetries', () => {
  it('repeats work that fails transiently, with growing delays', async () => {
    expect(await attempt([transient, transient])).toEqual({
      attempts: 3,
      slept: [0.25, 0.5],
      thrown: undefined,
    });
  });

  it.each([
    ['throws the last error after the last attempt', [transient, transient, transient], 3],
    ['throws a final error at once', [final], 1],
    ['throws a final error that follows a transient one', [transient, final], 2],
  ])('%s', async (_, errors, attempts) => {
    expect(await attempt(errors)).toMatchObject({ attempts, thrown: errors.at(-1) });
  });

  it('throws the failure, not the deferral that follows it', async () => {
    const deferral = new Deferral('ERR_TOKEN_UNAVAILABLE', 'the host is not asked again');
    expect(await attempt([transient, deferral])).toMatchObject({ attempts: 2, thrown: transient });
  });

  it('does not wait for an attempt that would leave too little time', async () => {
    const short = { remaining: () => 10.2 };
    expect(await attempt([transient], short)).toEqual({
      attempts: 1,
      slept: [],
      thrown: transient,
    });
    expect(await attempt([transient], { remaining: () => 10.25 })).toMatchObject({ attempts: 2 });
  });

  it('throws ERR_NO_TIME_LEFT when the deadline passes during a wait', async () => {
    const sleep = (): Promise<void> => Promise.reject(new Error('aborted'));
    const { thrown } = await attempt([transient], { sleep });
    expect(thrown).toMatchObject({ code: 'ERR_NO_TIME_LEFT', deferred: true });
  });

  it('throws ERR_NO_TIME_LEFT when the deadline passes during an attempt', async () => {
    const { attempts, thrown } = await attempt([final], { signal: AbortSignal.abort() });
    expect(thrown).toMatchObject({ code: 'ERR_NO_TIME_LEFT', cause: final });
    expect(attempts).toBe(1);
  });
});

describe('Retry-After', () => {
  async function tickAfter(retryAfter: string, overrides: Partial<Deps> = {}) {
    const { slept, sleep } = sleeper();
    // Time passes while it sleeps, so that the host's next turn has come.
    const remaining = (): number => 600 - slept.reduce((sum, seconds) => sum + seconds, 0);
    const parts = await startCredential({}, { sleep, remaining, ...overrides });
    parts.ims.faults.inject({ kind: 'throttled', retryAfter }, { times: 1 });
    const [outcome] = await tick(parts.run());
    return { outcome: outcome?.outcome, slept, requests: parts.ims.tokenRequests.length };
  }

  it.each([
    ['seconds', '7', 7],
    // Another client reads a date as NaN and asks again at once.
    ['a date', 'Sun, 22 Nov 2026 12:00:09 GMT', 9],
    ['an invalid value', '-1', 0.25],
  ])('with %s sets how long the retry waits', async (_, retryAfter, seconds) => {
    expect(await tickAfter(retryAfter)).toEqual({
      outcome: 'renewed',
      slept: [seconds],
      requests: 2,
    });
  });

  it('of more than half a minute leaves the retry to the next tick', async () => {
    expect(await tickAfter('31')).toEqual({ outcome: 'failed', slept: [], requests: 1 });
  });

  it('that leaves too little time to store the token leaves the retry to the next tick', async () => {
    const remaining = (): number => renewalSeconds({ validate: false });
    expect(await tickAfter('26', { remaining })).toEqual({
      outcome: 'failed',
      slept: [],
      requests: 1,
    });
  });
});
