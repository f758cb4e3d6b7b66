import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import type { Call } from '../../emulators/secrets-manager/fault.ts';
import { renew } from '../../lambda/commands/renew.ts';
import { renewalSeconds } from '../../lambda/steps/budget.ts';
import { day, hour } from '../support/builders.ts';
import {
  callsOf,
  secretId,
  setTag,
  startCredential,
  startDueCredential,
  statusOf,
} from '../support/credential.ts';
import { countedTick, failureOf, tick } from '../support/outcomes.ts';
import { seedCredential } from '../support/start-parts.ts';
import { startRotator } from '../support/start-rotator.ts';

const noTimeLeft = { outcome: 'deferred', error: { code: 'ERR_NO_TIME_LEFT' } };

describe('a run without enough time for a renewal', () => {
  const remaining = (): number => renewalSeconds({ validate: false }) - 1;

  it('defers the renewal, and fails nothing', async () => {
    const parts = await startCredential({}, { remaining });
    const outcomes = await countedTick(parts.run());
    expect(outcomes).toMatchObject([{ ...noTimeLeft, failing: false, isNews: false }]);
    expect(failureOf(outcomes)).toBeUndefined();
    expect(parts.ims.tokenRequests).toEqual([]);
    expect(parts.metrics).toContainEqual(['Ticks', 1]);
  });

  it('fails if it was asked to renew one credential', async () => {
    const parts = await startCredential({}, { remaining });
    const outcome = await renew(parts.run(), 'fusion', { force: false });
    expect(failureOf([outcome])?.message).toContain('fusion: ERR_NO_TIME_LEFT');
  });

  it('still counts a credential that was failing, and leaves an outdated status unchanged', async () => {
    let left = 600;
    const parts = await startDueCredential({ remaining: () => left });
    seedCredential(parts, 'recovered');
    parts.ims.faults.inject(
      { kind: 'reset' },
      { when: ({ clientId }) => clientId === 'client-fusion' },
    );
    await countedTick(parts.run());
    await setTag(parts, 'recovered', tagKeys.status, 'an old failure');
    left = 5;
    parts.metrics.length = 0;
    const outcomes = await countedTick(parts.run());
    expect(failureOf(outcomes)).toBeUndefined();
    expect(parts.metrics).toContainEqual(['Failing', 1]);
    expect(await statusOf(parts, 'recovered')).toBe('an old failure');
  });
});

describe('a renewal that runs short of time', () => {
  it('does not ask IMS when the reads took too long', async () => {
    let left = renewalSeconds({ validate: false });
    const parts = await startCredential({}, { remaining: () => left });
    const when = ({ action }: Call): boolean => {
      if (action === 'GetSecretValue') left = 25;
      return false;
    };
    parts.secretsManager.faults.inject({ kind: 'reset' }, { when });
    expect(await tick(parts.run())).toMatchObject([noTimeLeft]);
    expect(parts.ims.tokenRequests).toEqual([]);
  });
});

it('a renewal is not begun when the look at a value that somebody stored took too long', async () => {
  let left = renewalSeconds({ validate: false });
  const parts = await startCredential({}, { remaining: () => left });
  parts.secretsManager.seed({ name: secretId('fusion', 'token'), secretString: 'by hand' });
  const when = ({ action }: Call): boolean => {
    if (action === 'GetSecretValue') left -= 1;
    return false;
  };
  parts.secretsManager.faults.inject({ kind: 'reset' }, { when });
  expect(await tick(parts.run())).toMatchObject([noTimeLeft]);
  const actions = parts.secretsManager.calls.map(({ action }) => action);
  expect(actions).toEqual(['ListSecrets', 'GetSecretValue']);
});

describe('the deadline', () => {
  it('ends a wait before a retry', async () => {
    const deadline = new AbortController();
    const sleep = (): Promise<void> => {
      deadline.abort();
      return Promise.reject(new Error('aborted'));
    };
    const parts = await startCredential({}, { signal: deadline.signal, sleep });
    parts.ims.faults.inject({ kind: 'reset' });
    expect(await tick(parts.run())).toMatchObject([noTimeLeft]);
  });

  it('ends a token request that hangs', async () => {
    const deadline = new AbortController();
    const parts = await startCredential({}, { signal: deadline.signal });
    const when = (): boolean => {
      deadline.abort();
      return true;
    };
    parts.ims.faults.inject({ kind: 'slow-headers' }, { when });
    expect(await tick(parts.run())).toMatchObject([noTimeLeft]);
    expect(parts.ims.tokenRequests).toHaveLength(1);
  });

  it.each(['DescribeSecret', 'GetSecretValue', 'PutSecretValue'])(
    'ends a %s that hangs',
    async (action) => {
      const deadline = new AbortController();
      const parts = await startDueCredential({ signal: deadline.signal });
      // The token secret is described; the client secret is read; the put is by ARN.
      const isToken = action === 'DescribeSecret';
      const when = (call: Call): boolean => {
        const isHit =
          call.action === action && String(call.secretId).endsWith('/token') === isToken;
        if (isHit) deadline.abort();
        return isHit;
      };
      parts.secretsManager.faults.inject({ kind: 'latency', ms: day * 1000 }, { when });
      expect(await tick(parts.run())).toMatchObject([noTimeLeft]);
    },
  );

  it('ends the deployed function in order, before Lambda does', async () => {
    const { world, invoke } = await startRotator({ timeoutSeconds: 3 });
    const when = callsOf('ListSecrets');
    world.secretsManager.faults.inject({ kind: 'latency', ms: hour * 1000 }, { when });
    const { error } = await invoke({ action: 'status' });
    expect(error).toMatchObject({ errorType: 'ERR_NO_TIME_LEFT' });
    expect(world.lambda.logs(world.functionName).join()).toContain('"code":"ERR_NO_TIME_LEFT"');
  });
});
