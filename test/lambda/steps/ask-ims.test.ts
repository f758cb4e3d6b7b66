import { describe, expect, it } from 'vitest';
import { TokenRequestError } from '../../../core/errors.ts';
import { askIms } from '../../../lambda/steps/ask-ims.ts';
import { imsReserve, mostFailuresInARow } from '../../../lambda/steps/budget.ts';
import { type Run, startRun } from '../../../lambda/steps/run.ts';
import { MemoryFleet } from '../../support/memory-fleet.ts';

/** A run with one request to IMS in a second, which notes how long it sleeps. */
function startSlowRun(remaining: number): { readonly run: Run; readonly sleeps: number[] } {
  const sleeps: number[] = [];
  const deps = new MemoryFleet([]).deps({ imsRequestsPerSecond: 1 });
  const run = startRun({
    ...deps,
    remaining: () => remaining,
    sleep: (seconds) => {
      sleeps.push(seconds);
      return Promise.resolve();
    },
  });
  return { run, sleeps };
}

const [a, b] = [
  { imsHost: 'a', clientId: 'client' },
  { imsHost: 'b', clientId: 'client' },
];

describe('the turns of requests to IMS', () => {
  const answer = () => Promise.resolve('token');

  it('are not waited for at a host that is not asked, so that other hosts are asked meanwhile', async () => {
    const { run, sleeps } = startSlowRun(600);
    run.hosts.failed('a', 'ERR_IMS_UNRESOLVED', true);
    for (let request = 0; request < 3; request += 1) {
      await expect(askIms(run, a, answer)).rejects.toMatchObject({ code: 'ERR_IMS_UNRESOLVED' });
    }
    expect(await askIms(run, b, answer)).toBe('token');
    expect(sleeps).toEqual([]);
  });

  it('end at a host that breaks while they are waited for', async () => {
    const { run } = startSlowRun(600);
    const sleep = (): Promise<void> => {
      run.hosts.failed('a', 'ERR_IMS_PROXY', true);
      return Promise.resolve();
    };
    await askIms(run, a, answer);
    await expect(askIms({ ...run, sleep }, a, answer)).rejects.toMatchObject({
      code: 'ERR_IMS_PROXY',
    });
  });

  it('are not waited for when they come too late to store a token', async () => {
    const { run, sleeps } = startSlowRun(imsReserve + 2);
    for (let request = 0; request < 3; request += 1) await askIms(run, a, answer);
    await expect(askIms(run, a, answer)).rejects.toMatchObject({ code: 'ERR_NO_TIME_LEFT' });
    expect(sleeps).toEqual([1, 2]);
  });
});

describe('a client that a host throttles', () => {
  const throttle = async (run: Run, times: number): Promise<void> => {
    const details = { clientId: 'client', status: 429 };
    const answer = () =>
      Promise.reject(new TokenRequestError('ERR_TOKEN_UNAVAILABLE', 'throttled', details));
    for (let request = 0; request < times; request += 1) {
      await expect(askIms(run, a, answer)).rejects.toThrow('throttled');
    }
  };
  const answer = () => Promise.resolve('token');

  it('is still asked for at another host, as are other clients at the same host', async () => {
    const { run } = startSlowRun(600);
    await throttle(run, mostFailuresInARow);
    await expect(askIms(run, a, answer)).rejects.toThrow('has throttled this client too often');
    expect(await askIms(run, b, answer)).toBe('token');
    expect(await askIms(run, { ...a, clientId: 'other' }, answer)).toBe('token');
  });

  it('is counted anew after a token', async () => {
    const { run } = startSlowRun(600);
    await throttle(run, mostFailuresInARow - 1);
    expect(await askIms(run, a, answer)).toBe('token');
    await throttle(run, mostFailuresInARow - 1);
    expect(await askIms(run, a, answer)).toBe('token');
  });
});
