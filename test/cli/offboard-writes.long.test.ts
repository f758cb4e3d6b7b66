import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { blindTo, callOf, expectNamed, run, start } from './fates.ts';
import { until } from './operator.ts';

describe('offboard leaves', () => {
  const remove = 'DeleteSecret';
  const restore = 'RestoreSecret';
  const none = { token: 'deleted', client: 'deleted' } as const;
  const both = { token: 'old', client: 'old' } as const;
  const half = { token: 'old', client: 'deleted' } as const;
  const otherHalf = { token: 'deleted', client: 'old' } as const;
  const lostClient = [remove, 'client', 'lost'] as const;
  const lostToken = [remove, 'token', 'lost'] as const;
  const refusedToken = [remove, 'token', 'refused'] as const;
  const lostRestore = [restore, 'client', 'lost'] as const;

  it.each([
    ['both secrets', [[remove, 'client', 'refused']], 1, both],
    ['nothing', [lostClient], 0, none],
    ['nothing', [[remove, 'client', 'lost, then refused']], 0, none],
    ['the token secret', [[remove, 'client', 'killed']], null, half],
    ['the token secret', [lostClient, blindTo('client')], 1, half],
    ['both secrets', [refusedToken], 1, both],
    ['nothing', [lostToken], 0, none],
    ['nothing', [[remove, 'token', 'lost, then refused']], 0, none],
    ['nothing', [[remove, 'token', 'killed']], null, none],
    ['the client secret', [lostToken, blindTo('token')], 1, otherHalf],
    ['the token secret', [lostClient, refusedToken], 1, half],
    ['nothing', [lostClient, lostToken], 0, none],
    ['nothing', [lostClient, [remove, 'token', 'killed']], null, none],
    ['nothing', [lostClient, lostToken, blindTo('token')], 1, none],
    ['the token secret', [refusedToken, [restore, 'client', 'refused']], 1, half],
    ['both secrets', [refusedToken, lostRestore], 1, both],
    ['both secrets', [refusedToken, lostRestore, blindTo('client')], 1, both],
    ['both secrets', [refusedToken, [restore, 'client', 'lost, then refused']], 1, both],
    ['both secrets', [refusedToken, [restore, 'client', 'killed']], null, both],
  ] as const)('%s after %j', async (_, fates, code, expected) => {
    const operator = await start('both');
    const { left, cli } = operator;
    const args = ['offboard', 'fusion', '--yes'];
    const exit = await run(operator, args, fates);
    expect(exit).toMatchObject({ code });
    expect(await left()).toEqual(expected);
    expectNamed(operator, exit, both, expected);
    expect(await cli(...args)).toMatchObject({ code: expected === none ? 1 : 0 });
    expect(await left()).toEqual(none);
  });

  it('what somebody else deletes at the same time as it is', async () => {
    const { world, left, client, begin } = await start('both');
    const { faults, calls } = world.secretsManager;
    const when = callOf(remove, 'client');
    faults.inject({ kind: 'latency', ms: 1_000 }, { when, times: 1 });
    faults.inject({ kind: 'denied' }, { when: callOf(remove, 'token') });
    const offboarding = begin('offboard', 'fusion', '--yes');
    await until(() => calls.some(({ action }) => action === remove));
    const SecretId = world.secretId('fusion', 'client');
    await client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
    expect(await offboarding.exit()).toMatchObject({ code: 1 });
    expect(await left()).toEqual(half);
    const restored = calls.filter(({ action }) => action === restore);
    expect(restored).toEqual([]);
  });
});
