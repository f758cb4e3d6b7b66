import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import type { Call } from '../../emulators/secrets-manager/fault.ts';
import { fileWith, type Operator, startOperator, until } from './operator.ts';

const document = '{"client_id":"id-0123456789","client_secret":"p8e-0123456789","scope":"openid"}';
const before = '{"client_id":"old","client_secret":"p8e-older-0123456789","scope":"openid"}';

/** The fate of a call: AWS refuses it, its response is lost, or the command is killed after it. */
type Fate = 'refused' | 'lost' | 'killed';
type Kind = 'token' | 'client';
/** `deleted`: scheduled for deletion. */
type Left = 'absent' | 'empty' | 'old' | 'new' | 'deleted';

async function start(existing: 'none' | 'both') {
  const operator = await startOperator();
  const { world, client } = operator;
  operator.secrets.add('p8e-0123456789');
  if (existing === 'both') {
    for (const kind of ['token', 'client'] as const) {
      world.secretsManager.seed({ name: world.secretId('fusion', kind), secretString: before });
    }
  }
  const file = await fileWith(document);
  const describeSecret = (kind: Kind) =>
    client.send(new DescribeSecretCommand({ SecretId: world.secretId('fusion', kind) }));
  const leftOf = async (kind: Kind): Promise<Left> => {
    const SecretId = world.secretId('fusion', kind);
    const secret = await describeSecret(kind).catch(() => undefined);
    if (secret === undefined) return 'absent';
    if (secret.DeletedDate !== undefined) return 'deleted';
    if (secret.VersionIdsToStages === undefined) return 'empty';
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
    return SecretString === document ? 'new' : 'old';
  };
  const left = async () => ({ token: await leftOf('token'), client: await leftOf('client') });
  return { ...operator, file, describeSecret, left };
}

const callOf =
  (action: string, kind: Kind) =>
  ({ action: called, secretId = '' }: Pick<Call, 'action' | 'secretId'>): boolean =>
    called === action && new RegExp(`/${kind}(-\\w{6})?$`).test(secretId);

/** Runs a command whose calls meet their fates. @returns its exit code; null if it was killed */
async function run(
  { world, begin }: Pick<Operator, 'world' | 'begin'>,
  args: readonly string[],
  fates: readonly (readonly [action: string, kind: Kind, fate: Fate])[],
) {
  const { faults } = world.secretsManager;
  const running = begin(...args);
  for (const [action, kind, fate] of fates) {
    const when = callOf(action, kind);
    faults.inject({ kind: fate === 'refused' ? 'denied' : 'reset-after' }, { when });
    if (fate !== 'killed') continue;
    world.secretsManager.onCall(({ action: called, secretId }) => {
      if (when({ action: called, secretId })) running.signal('SIGKILL');
    });
  }
  const exit = await running.exit();
  faults.clear();
  return exit;
}

describe('onboard leaves', () => {
  const create = 'CreateSecret';
  const remove = 'DeleteSecret';
  const none = { token: 'absent', client: 'absent' } as const;
  const both = { token: 'empty', client: 'new' } as const;
  const half = { token: 'empty', client: 'absent' } as const;
  const undone = { token: 'deleted', client: 'absent' } as const;
  const refusedClient = [create, 'client', 'refused'] as const;

  it.each([
    ['nothing', [[create, 'token', 'refused']], 1, none, 0],
    ['both secrets', [[create, 'token', 'lost']], 0, both, 1],
    ['an empty token secret', [[create, 'token', 'killed']], null, half, 1],
    ['a token secret that can be restored', [refusedClient], 1, undone, 0],
    ['both secrets', [[create, 'client', 'lost']], 0, both, 1],
    ['both secrets', [[create, 'client', 'killed']], null, both, 1],
    ['an empty token secret', [refusedClient, [remove, 'token', 'refused']], 1, half, 1],
    [
      'a token secret that can be restored',
      [refusedClient, [remove, 'token', 'lost']],
      1,
      undone,
      0,
    ],
    [
      'a token secret that can be restored',
      [refusedClient, [remove, 'token', 'killed']],
      null,
      undone,
      0,
    ],
  ] as const)('%s after %j', async (_, fates, code, expected, codeAgain) => {
    const operator = await start('none');
    const { file, left, cli } = operator;
    const args = ['onboard', 'fusion', file, '--wait', '0'];
    expect(await run(operator, args, fates)).toMatchObject({ code });
    expect(await left()).toEqual(expected);
    const again = await cli(...args);
    expect(again, again.stderr).toMatchObject({ code: codeAgain });
    expect(await left()).toEqual(codeAgain === 0 ? both : expected);
  });

  it('a token secret of a run that was killed long ago to the next run', async () => {
    const { cli, file, left, world } = await start('none');
    const description =
      'Adobe IMS access token of the credential "fusion", created by onboard 0f1e2d3c';
    const name = world.secretId('fusion', 'token');
    world.secretsManager.seed({ name, description, createdAt: Date.now() - 130_000 });
    const other = await cli('onboard', 'fusion', file, '--renew-before', 'PT8H');
    expect(other.stderr).toContain(`ERR_CREDENTIAL_EXISTS ${name} exists already`);
    expect(await cli('onboard', 'fusion', file, '--wait', '0')).toMatchObject({ code: 0 });
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
      expect(await cli('onboard', 'fusion', file)).toMatchObject({ code: 1 });
      expect((await describeSecret(kind)).DeletedDate).toBeUndefined();
      const deleted = world.secretsManager.calls.filter(({ action }) => action === 'DeleteSecret');
      expect(deleted).toEqual([]);
    },
  );
});

describe('offboard leaves', () => {
  const remove = 'DeleteSecret';
  const restore = 'RestoreSecret';
  const none = { token: 'deleted', client: 'deleted' } as const;
  const both = { token: 'old', client: 'old' } as const;
  const half = { token: 'old', client: 'deleted' } as const;
  const refusedToken = [remove, 'token', 'refused'] as const;

  it.each([
    ['both secrets', [[remove, 'client', 'refused']], 1, both],
    ['nothing', [[remove, 'client', 'lost']], 0, none],
    ['one secret', [[remove, 'client', 'killed']], null, half],
    ['both secrets', [refusedToken], 1, both],
    ['nothing', [[remove, 'token', 'lost']], 0, none],
    ['nothing', [[remove, 'token', 'killed']], null, none],
    ['one secret', [refusedToken, [restore, 'client', 'refused']], 1, half],
    ['both secrets', [refusedToken, [restore, 'client', 'lost']], 1, both],
    ['both secrets', [refusedToken, [restore, 'client', 'killed']], null, both],
  ] as const)('%s after %j', async (_, fates, code, expected) => {
    const operator = await start('both');
    const { left, cli } = operator;
    const args = ['offboard', 'fusion', '--yes'];
    expect(await run(operator, args, fates)).toMatchObject({ code });
    expect(await left()).toEqual(expected);
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

describe('put-credential leaves', () => {
  it.each([
    ['the old credential', 'refused', 1, 'old'],
    ['the new credential', 'lost', 0, 'new'],
    ['the new credential', 'killed', null, 'new'],
  ] as const)('%s when its write is %s', async (_, fate, code, expected) => {
    const operator = await start('both');
    const args = ['put-credential', 'fusion', operator.file, '--wait', '0'];
    const exit = await run(operator, args, [['PutSecretValue', 'client', fate]]);
    expect(exit).toMatchObject({ code });
    expect(await operator.left()).toEqual({ token: 'old', client: expected });
  });
});

describe.each([
  ['pause', 'true'],
  ['resume', 'false'],
] as const)('%s leaves', (command, wanted) => {
  it.each([
    ['the tag as it was', 'refused', 1],
    ['the new tag', 'lost', 0],
    ['the new tag', 'killed', null],
  ] as const)('%s when its write is %s', async (_, fate, code) => {
    const operator = await start('both');
    const { world, describeSecret } = operator;
    const old = wanted === 'true' ? 'false' : 'true';
    const tags = { [tagKeys.paused]: old };
    world.secretsManager.seed({ name: world.secretId('fusion', 'token'), tags });
    const fates = [['TagResource', 'token', fate]] as const;
    expect(await run(operator, [command, 'fusion'], fates)).toMatchObject({ code });
    const { Tags } = await describeSecret('token');
    expect(Tags).toEqual([{ Key: tagKeys.paused, Value: fate === 'refused' ? old : wanted }]);
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

  it('the stored token when AWS refuses the invocation', async () => {
    const operator = await startOperator();
    await operator.onboard('fusion');
    await operator.invoke({ action: 'tick' });
    const stored = await operator.read('fusion');
    const when = ({ action }: { readonly action: string }): boolean => action === 'InvokeFunction';
    for (const kind of ['denied', 'reset'] as const) {
      operator.world.aws.faults.inject({ kind }, { when });
      expect(await operator.cli('renew', 'fusion', '--force')).toMatchObject({ code: 1 });
      operator.world.aws.faults.clear();
    }
    expect((await operator.read('fusion'))?.versionId).toBe(stored?.versionId);
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
