import { describe, expect, it } from 'vitest';
import { runResult, tickError } from '../../core/run-result.ts';
import type { ImsCall } from '../../emulators/ims/fault.ts';
import { renew } from '../../lambda/commands/renew.ts';
import { tick } from '../../lambda/commands/tick.ts';
import { hour } from '../support/builders.ts';
import { countedTick, seedCredential, startParts } from '../support/start-parts.ts';

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

describe('a tick in which nothing is due', () => {
  it.each([1, 500])('makes no call but ListSecrets, for %i credentials', async (count) => {
    const parts = await startParts();
    for (const index of range(count)) seedCredential(parts, `c${index}`);
    await tick(parts.run());
    parts.clock.advance(hour);
    parts.secretsManager.clearCalls();
    parts.ims.clearTokenRequests();
    const outcomes = await tick(parts.run());
    expect(runResult('tick', 'prod', outcomes).reasons).toEqual({ 'token-fresh': count });
    expect(parts.secretsManager.calls.map(({ action }) => action)).toEqual(
      range(Math.ceil((2 * count) / 100)).map(() => 'ListSecrets'),
    );
    expect(parts.ims.tokenRequests).toEqual([]);
  });
});

describe('a host that hangs', () => {
  it('with 300 credentials does not keep 100 on another from being renewed in the same tick', async () => {
    const parts = await startParts();
    for (const index of range(300)) {
      seedCredential(parts, `hanging-${index}`, {}, 'ims-na1-stg1.adobelogin.com');
    }
    for (const index of range(100)) seedCredential(parts, `well-${index}`);
    const hangs = ({ clientId = '' }: ImsCall): boolean => clientId.startsWith('client-hanging');
    parts.ims.faults.inject({ kind: 'slow-headers' }, { when: hangs });
    const tokenEndpoint = parts.tokenEndpoint(0.5);
    const outcomes = await tick(parts.run({ tokenEndpoint }));
    expect(runResult('tick', 'prod', outcomes).outcomes).toMatchObject({ renewed: 100 });
    const hanging = outcomes.filter(({ credential }) => credential.startsWith('hanging'));
    expect(hanging.filter(({ outcome }) => outcome === 'deferred').length).toBeGreaterThan(280);
    expect(hanging.every(({ error }) => error?.code === 'ERR_TOKEN_UNAVAILABLE')).toBe(true);
    // Five in a row, and what was under way by then.
    const requests = parts.ims.tokenRequests.filter(({ clientId = '' }) =>
      clientId.startsWith('client-hanging'),
    );
    expect(requests.length).toBeLessThanOrEqual(5 + 7);
    expect(parts.lines.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        message: 'the host has failed too often and is not asked again in this run',
        fields: { ims_host: 'ims-na1-stg1.adobelogin.com' },
      },
    ]);
  });

  it('is asked again in the next run', async () => {
    const parts = await startParts();
    for (const index of range(20)) seedCredential(parts, `c${index}`);
    parts.ims.faults.inject({ kind: 'reset' });
    await tick(parts.run());
    parts.ims.faults.clear();
    const outcomes = await tick(parts.run());
    expect(runResult('tick', 'prod', outcomes).outcomes).toEqual({ renewed: 20 });
  });
});

describe('a run that has no time left', () => {
  it('starts no renewal, says so, and fails nothing', async () => {
    const parts = await startParts({ remaining: () => 44 });
    seedCredential(parts, 'fusion');
    const outcomes = await countedTick(parts.run());
    expect(outcomes).toMatchObject([
      { outcome: 'deferred', error: { code: 'ERR_NO_TIME_LEFT' }, failing: false, isNews: false },
    ]);
    expect(tickError(outcomes)).toBeUndefined();
    expect(parts.ims.tokenRequests).toEqual([]);
    expect(parts.metrics).toContainEqual(['Ticks', 1]);
  });

  it('fails whoever asked for one credential', async () => {
    const parts = await startParts({ remaining: () => 44 });
    seedCredential(parts, 'fusion');
    const outcome = await renew(parts.run(), 'fusion', { force: false });
    expect(tickError([outcome])?.message).toContain('fusion: ERR_NO_TIME_LEFT');
  });

  it('ends what is under way at the deadline, and waits for it', async () => {
    const deadline = new AbortController();
    const parts = await startParts({ signal: deadline.signal });
    seedCredential(parts, 'fusion');
    const when = (): boolean => {
      deadline.abort();
      return true;
    };
    parts.ims.faults.inject({ kind: 'slow-headers' }, { when });
    expect(await tick(parts.run())).toMatchObject([
      { outcome: 'deferred', error: { code: 'ERR_NO_TIME_LEFT' } },
    ]);
    expect(parts.ims.tokenRequests).toHaveLength(1);
  });

  it('does not wait for a retry that would come too late', async () => {
    const slept: number[] = [];
    const parts = await startParts({
      remaining: () => 45,
      sleep: (seconds) => {
        slept.push(seconds);
        return Promise.resolve();
      },
    });
    seedCredential(parts, 'fusion');
    parts.ims.faults.inject({ kind: 'throttled', retryAfter: '16' });
    await tick(parts.run());
    expect(slept).toEqual([]);
    expect(parts.ims.tokenRequests).toHaveLength(1);
  });
});

describe('Retry-After', () => {
  it.each([
    ['seconds', '7', 7],
    // spacecat's client reads a date as NaN and asks again at once.
    ['a date', 'Sun, 22 Nov 2026 12:00:09 GMT', 9],
    ['nothing that makes sense', '-1', 0.25],
  ])('in %s is waited for', async (_, retryAfter, seconds) => {
    const slept: number[] = [];
    const parts = await startParts({
      sleep: (delay) => {
        slept.push(delay);
        return Promise.resolve();
      },
    });
    seedCredential(parts, 'fusion');
    parts.ims.faults.inject({ kind: 'throttled', retryAfter }, { times: 1 });
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
    expect(slept).toEqual([seconds]);
  });

  it('of more than half a minute is left to the next tick', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    parts.ims.faults.inject({ kind: 'throttled', retryAfter: '31' }, { times: 1 });
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'failed' }]);
    expect(parts.ims.tokenRequests).toHaveLength(1);
  });
});
