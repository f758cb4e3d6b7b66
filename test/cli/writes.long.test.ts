import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import type { Call } from '../../emulators/secrets-manager/fault.ts';

import { before, blindTo, callOf, expectNamed, run, start } from './fates.ts';
import { startOperator, until } from './operator.ts';

describe('onboard leaves', () => {
  const create = 'CreateSecret';
  const remove = 'DeleteSecret';
  const none = { token: 'absent', client: 'absent' } as const;
  const both = { token: 'empty', client: 'new' } as const;
  const half = { token: 'empty', client: 'absent' } as const;
  const undone = { token: 'deleted', client: 'absent' } as const;
  const refusedClient = [create, 'client', 'refused'] as const;
  const lostToken = [create, 'token', 'lost'] as const;
  const lostUndo = [remove, 'token', 'lost'] as const;

  it.each([
    ['nothing', [[create, 'token', 'refused']], 1, none, 0],
    ['both secrets', [[create, 'token', 'lost']], 0, both, 1],
    ['both secrets', [[create, 'token', 'lost, then refused']], 0, both, 1],
    ['an empty token secret', [[create, 'token', 'killed']], null, half, 1],
    ['an empty token secret', [[create, 'token', 'lost'], blindTo('token')], 1, half, 1],
    ['a token secret that can be restored', [refusedClient], 1, undone, 1],
    ['a token secret that can be restored', [lostToken, refusedClient], 1, undone, 1],
    ['both secrets', [[create, 'client', 'lost']], 0, both, 1],
    ['both secrets', [[create, 'client', 'lost, then refused']], 0, both, 1],
    ['both secrets', [[create, 'client', 'killed']], null, both, 1],
    ['both secrets', [lostToken, [create, 'client', 'lost']], 0, both, 1],
    ['both secrets', [lostToken, [create, 'client', 'killed']], null, both, 1],
    ['both secrets', [[create, 'client', 'lost'], blindTo('client')], 1, both, 1],
    ['an empty token secret', [refusedClient, blindTo('client')], 1, half, 1],
    ['an empty token secret', [refusedClient, [remove, 'token', 'refused']], 1, half, 1],
    ['an empty token secret', [lostToken, refusedClient, [remove, 'token', 'refused']], 1, half, 1],
    ['a token secret that can be restored', [refusedClient, lostUndo], 1, undone, 1],
    ['a token secret that can be restored', [lostToken, refusedClient, lostUndo], 1, undone, 1],
    [
      'a token secret that can be restored',
      [refusedClient, lostUndo, blindTo('token')],
      1,
      undone,
      1,
    ],
    [
      'a token secret that can be restored',
      [refusedClient, [remove, 'token', 'lost, then refused']],
      1,
      undone,
      1,
    ],
    [
      'a token secret that can be restored',
      [refusedClient, [remove, 'token', 'killed']],
      null,
      undone,
      1,
    ],
  ] as const)('%s after %j', async (_, fates, code, expected, codeAgain) => {
    const operator = await start('none');
    const { file, left, cli } = operator;
    const args = ['onboard', 'fusion', file, '--wait', '0'];
    const exit = await run(operator, args, fates);
    expect(exit).toMatchObject({ code });
    expect(await left()).toEqual(expected);
    expectNamed(operator, exit, none, expected);
    const again = await cli(...args);
    expect(again, again.stderr).toMatchObject({ code: codeAgain });
    expect(await left()).toEqual(codeAgain === 0 ? both : expected);
  });

  it.each([
    ['both secrets', [], 0, both],
    ['an empty token secret', [refusedClient], 1, half],
    ['both secrets', [[create, 'client', 'lost']], 0, both],
    ['both secrets', [[create, 'client', 'killed']], null, both],
  ] as const)('%s of what an earlier run has left, after %j', async (_, fates, code, expected) => {
    const operator = await start('leftover');
    const { file, left, cli } = operator;
    const args = ['onboard', 'fusion', file, '--wait', '0'];
    const exit = await run(operator, args, fates);
    expect(exit).toMatchObject({ code });
    expect(await left()).toEqual(expected);
    expectNamed(operator, exit, half, expected);
    expect(await cli(...args)).toMatchObject({ code: expected === both ? 1 : 0 });
    expect(await left()).toEqual(both);
  });

  it.each([
    ['token', 'answered'],
    ['token', 'lost'],
    ['client', 'answered'],
    ['client', 'lost'],
  ] as const)(
    'the %s secret that somebody else creates at the same time, with every answer %s',
    async (kind, answer) => {
      const { cli, file, world, describeSecret } = await start('none');
      const name = world.secretId('fusion', kind);
      const stop = world.secretsManager.onCall(({ action, secretId = '' }) => {
        if (action !== 'CreateSecret' || !secretId.endsWith('/token')) return;
        stop();
        if (kind === 'client') world.secretsManager.seed({ name, secretString: before });
      });
      if (kind === 'token') {
        let described = 0;
        const stopToo = world.secretsManager.onCall(({ action }) => {
          described += action === 'DescribeSecret' ? 1 : 0;
          if (described < 2) return;
          stopToo();
          world.secretsManager.seed({ name, secretString: before });
        });
      }
      if (answer === 'lost') {
        const when = callOf('CreateSecret', kind);
        world.secretsManager.faults.inject({ kind: 'reset-after' }, { when });
      }
      expect(await cli('onboard', 'fusion', file, '--wait', '0')).toMatchObject({ code: 1 });
      expect((await describeSecret(kind)).DeletedDate).toBeUndefined();
      const deleted = world.secretsManager.calls.filter(({ action }) => action === 'DeleteSecret');
      expect(deleted).toEqual([]);
    },
  );
});

describe('put-credential leaves', () => {
  const put = 'PutSecretValue';

  it.each([
    ['the old credential', [[put, 'client', 'refused']], 1, 'old'],
    ['the new credential', [[put, 'client', 'lost']], 0, 'new'],
    ['the new credential', [[put, 'client', 'lost, then refused']], 0, 'new'],
    ['the new credential', [[put, 'client', 'killed']], null, 'new'],
    ['the new credential', [[put, 'client', 'lost'], blindTo('client')], 1, 'new'],
  ] as const)('%s after %j', async (_, fates, code, expected) => {
    const operator = await start('both');
    const args = ['put-credential', 'fusion', operator.file, '--wait', '0', '--yes'];
    const exit = await run(operator, args, fates);
    expect(exit).toMatchObject({ code });
    const old = { token: 'old', client: 'old' } as const;
    const left = { ...old, client: expected };
    expect(await operator.left()).toEqual(left);
    expectNamed(operator, exit, old, left);
  });
});

describe.each([
  ['pause', 'true'],
  ['resume', 'false'],
] as const)('%s leaves', (command, wanted) => {
  const tag = 'TagResource';

  it.each([
    ['the tag as it was', [[tag, 'token', 'refused']], 1],
    ['the new tag', [[tag, 'token', 'lost']], 0],
    ['the new tag', [[tag, 'token', 'lost, then refused']], 0],
    ['the new tag', [[tag, 'token', 'killed']], null],
    ['the new tag', [[tag, 'token', 'lost'], blindTo('token')], 1],
  ] as const)('%s after %j', async (left, fates, code) => {
    const operator = await start('both');
    const { world, describeSecret } = operator;
    const old = wanted === 'true' ? 'false' : 'true';
    const tags = { [tagKeys.paused]: old };
    world.secretsManager.seed({ name: world.secretId('fusion', 'token'), tags });
    const exit = await run(operator, [command, 'fusion'], fates);
    expect(exit).toMatchObject({ code });
    const { Tags } = await describeSecret('token');
    const isChanged = left === 'the new tag';
    expect(Tags).toEqual([{ Key: tagKeys.paused, Value: isChanged ? wanted : old }]);
    if (isChanged && code === 1) expect(exit.stderr).toContain('unknown whether');
  });
});

describe('renew leaves', () => {
  it('one new token when it is killed while the function works', async () => {
    const operator = await startOperator();
    await operator.onboard('fusion');
    const { world, begin, read, invoke } = operator;
    const renewing = begin('renew', 'fusion');
    world.secretsManager.onCall(({ action }) => {
      if (action === 'PutSecretValue') renewing.signal('SIGKILL');
    });
    expect(await renewing.exit()).toMatchObject({ code: null });
    await world.lambda.idle();
    const stored = await read('fusion');
    expect(stored?.token).toMatchObject({ schema: 1 });
    await invoke({ action: 'tick' });
    expect((await read('fusion'))?.versionId).toBe(stored?.versionId);
  });

  it.each([
    ['the stored token', 'denied', 1, false],
    ['the stored token', 'reset', 1, false],
    ['a new token', 'reset-after', 1, true],
  ] as const)('%s after InvokeFunction %s', async (_, kind, code, isNew) => {
    const operator = await startOperator();
    await operator.onboard('fusion');
    await operator.invoke({ action: 'tick' });
    const stored = await operator.read('fusion');
    const { faults } = operator.world.aws;
    faults.inject({ kind }, { when: ({ action }) => action === 'InvokeFunction' });
    const exit = await operator.cli('renew', 'fusion', '--force', '--region', 'us-east-1');
    expect(exit).toMatchObject({ code });
    const left = await operator.read('fusion');
    expect(left?.versionId !== stored?.versionId).toBe(isNew);
    const mayBeNew = kind !== 'denied';
    expect(exit.stdout.includes('unknown whether it was carried out')).toBe(mayBeNew);
    const look = '→ see what it did: ims-token-rotator status --region us-east-1';
    expect(exit.stdout.includes(look)).toBe(mayBeNew);
  });
});

describe('a command that writes', () => {
  const args = (file: string) => ['onboard', 'fusion', file, '--wait', '0'];

  async function slow() {
    const operator = await start('none');
    const { faults } = operator.world.secretsManager;
    const when = ({ action }: Call): boolean => action === 'CreateSecret';
    faults.inject({ kind: 'latency', ms: 500 }, { when });
    const onboarding = operator.begin(...args(operator.file));
    await until(() =>
      operator.world.secretsManager.calls.some(({ action }) => action === 'CreateSecret'),
    );
    return { ...operator, onboarding };
  }

  it('finishes it although the terminal is closed, which is signalled twice', async () => {
    const { onboarding, left } = await slow();
    onboarding.signal('SIGHUP');
    onboarding.signal('SIGHUP');
    await onboarding.exit();
    expect(await left()).toEqual({ token: 'empty', client: 'new' });
  });

  it('stops at the second Ctrl-C, and leaves nothing that a later run cannot use', async () => {
    const { onboarding, left, cli, file } = await slow();
    onboarding.signal('SIGINT');
    onboarding.signal('SIGTERM');
    expect(await onboarding.exit()).toMatchObject({ code: 130 });
    expect(await left()).toEqual({ token: 'absent', client: 'absent' });
    expect(await cli(...args(file))).toMatchObject({ code: 0 });
  });
});
