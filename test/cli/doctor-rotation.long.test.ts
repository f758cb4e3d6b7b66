import {
  CancelRotateSecretCommand,
  PutSecretValueCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { formatRotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { epochSeconds } from '../../core/instant.ts';
import { sampleClient } from '../../local/sample-credential.ts';
import { type LeakWorld, startLeak, startRotated } from './leak-world.ts';
import { checksOf } from './patient.ts';

const idle = (): Promise<void> => Promise.resolve();

async function setState(
  { client, world }: LeakWorld,
  state: Parameters<typeof formatRotationState>[0],
): Promise<void> {
  const SecretId = world.secretId('fusion', 'client');
  const Tags = [{ Key: tagKeys.rotation, Value: formatRotationState(state) }];
  await client.send(new TagResourceCommand({ SecretId, Tags }));
}

const daysAgo = (days: number) => epochSeconds(Date.now() / 1000 - days * 86_400);

describe('doctor fails', () => {
  it.each<[string, (leak: LeakWorld) => unknown, RegExp, RegExp]>([
    [
      'a rotation that was broken off',
      (leak) => setState(leak, { kind: 'adding', since: daysAgo(2), versionId: '0123abcd' }),
      /^a client secret was to be added at Adobe 2 d ago/,
      /rotate-client-secret fusion$/,
    ],
    [
      'a retired secret that is still at Adobe after its grace',
      (leak) => setState(leak, { kind: 'retired', uuid: 'abcd', at: daysAgo(3) }),
      /^abcd was retired 3 d ago and is still at Adobe$/,
      /doctor fusion --mint$/,
    ],
    [
      'an answer to a leak that was broken off',
      async (leak) => {
        const { faults } = leak.world.ims;
        const when = ({ path }: { readonly path: string }) => path.includes('invalidate');
        faults.inject({ kind: 'server-error', status: 403 }, { when });
        expect(await leak.answer()).toMatchObject({ code: 1 });
        faults.clear();
      },
      /^the answer to a leak is not complete$/,
      /leaked fusion --version-id \S+$/,
    ],
    [
      'a credential without the ids of the Console',
      async ({ put, clientDocument }) => {
        const { credential_id: _, ...document } = await clientDocument();
        await put(JSON.stringify(document));
      },
      /^switched on, but the client secret's value has no credential_id/,
      /put-credential fusion FILE$/,
    ],
  ])('for %s', async (_, prepare, detail, fix) => {
    const leak = await startRotated(idle);
    await prepare(leak);
    const found = (await checksOf(leak, 'fusion')).find('client rotation');
    expect(found).toMatchObject({
      verdict: 'failed',
      detail: expect.stringMatching(detail),
      fix: expect.stringMatching(fix),
    });
  });

  it('for a rotation that is overdue', async () => {
    let ahead = 33 * 86_400_000;
    const leak = await startRotated(idle, { now: () => Date.now() - ahead });
    ahead = 0;
    const found = (await checksOf(leak, 'fusion')).find('client rotation');
    expect(found).toMatchObject({ verdict: 'failed', detail: 'it was due 3 d ago' });
  });

  it('for a rotation that has been pending for more than a day', async () => {
    let ahead = 2 * 86_400_000;
    const leak = await startRotated(idle, { now: () => Date.now() - ahead });
    const { client, world } = leak;
    const SecretId = world.secretId('fusion', 'client');
    const { VersionId } = await client.send(
      new PutSecretValueCommand({ SecretId, SecretString: '{}', VersionStages: ['AWSPENDING'] }),
    );
    ahead = 0;
    const found = (await checksOf(leak, 'fusion')).find('client rotation');
    expect(found).toMatchObject({
      verdict: 'failed',
      detail: `a rotation began 2 d ago and is not complete: AWSPENDING is on ${VersionId}`,
      fix: expect.stringContaining(`--remove-from-version-id ${VersionId}; then: `),
    });
    const young = await startRotated(idle);
    await young.client.send(
      new PutSecretValueCommand({ SecretId, SecretString: '{}', VersionStages: ['AWSPENDING'] }),
    );
    expect((await checksOf(young, 'fusion')).find('client rotation')).toMatchObject({
      verdict: 'unknown',
      fix: expect.stringContaining('a day after it began, this says how to end it'),
    });
  });

  it('for a rotation that somebody has switched off, and not for one that is not wanted', async () => {
    const environment = {
      IMS_TOKEN_ROTATOR_DECLARED: 'fusion,firefly',
      IMS_TOKEN_ROTATOR_ROTATING: 'fusion',
    };
    const leak = await startRotated(idle, { environment });
    const find = async () => (await checksOf(leak, 'fusion')).find('client rotation');
    expect(await find()).toMatchObject({ verdict: 'ok' });
    const SecretId = leak.world.secretId('fusion', 'client');
    await leak.client.send(new CancelRotateSecretCommand({ SecretId }));
    const detail = 'switched off, although the stack has it on';
    expect(await find()).toMatchObject({ verdict: 'failed', detail });
    const pending = { SecretId, SecretString: '{}', VersionStages: ['AWSPENDING'] };
    const { VersionId } = await leak.client.send(new PutSecretValueCommand(pending));
    expect(await find()).toMatchObject({
      verdict: 'failed',
      detail: `${detail}, and a rotation is left halfway: AWSPENDING is on ${VersionId}`,
      fix: expect.stringMatching(
        new RegExp(
          `--remove-from-version-id ${VersionId}; then: docs/runbook.md, .*switches it on$`,
        ),
      ),
    });
    const unwanted = await startLeak();
    const other = async () => (await checksOf(unwanted, 'fusion')).find('client rotation');
    expect(await other()).toMatchObject({ verdict: 'ok', detail: 'switched off' });
    const left = await unwanted.client.send(new PutSecretValueCommand(pending));
    expect(await other()).toMatchObject({
      verdict: 'unknown',
      detail: `switched off, and a rotation is left halfway: AWSPENDING is on ${left.VersionId}`,
      fix: expect.stringMatching(/--remove-from-version-id \S+$/),
    });
  });

  it.each<[string, (leak: LeakWorld) => unknown, RegExp]>([
    [
      'a secret at Adobe that nobody stored',
      ({ adobe }) => adobe.addSecret('p8e-stranger-0123456789abcdef'),
      /^\S+ \(of \S+Z, never used\) is not stored here$/,
    ],
    [
      'a credential that may not manage its secrets',
      ({ adobe }) => {
        adobe.scopes = sampleClient().scopes;
      },
      /the credential may not manage its client secrets$/,
    ],
  ])('for %s', async (_, prepare, detail) => {
    const leak = await startRotated(idle);
    await prepare(leak);
    const found = (await checksOf(leak, 'fusion', '--mint')).find('secrets at Adobe');
    expect(found).toMatchObject({ verdict: 'failed', detail: expect.stringMatching(detail) });
  });
});

it('looks at Adobe only with --mint, and only where both ids are stored', async () => {
  const rotated = await startRotated(idle);
  const without = (await checksOf(rotated, 'fusion')).find('secrets at Adobe');
  expect(without).toMatchObject({ verdict: 'unknown', detail: 'not looked at' });
  const leak = await startLeak();
  const find = async (...args: readonly string[]) =>
    (await checksOf(leak, 'fusion', ...args)).find('secrets at Adobe');
  const notLookedAt = {
    verdict: 'unknown',
    detail: 'not looked at: the rotator does not manage them',
  };
  const fix = 'give --mint: it costs another token, which is not stored';
  expect(await find()).toMatchObject({ ...notLookedAt, fix });
  const { credential_id: _, ...document } = await leak.clientDocument();
  await leak.put(JSON.stringify(document));
  const withoutIds = await find('--mint');
  expect(withoutIds).toMatchObject(notLookedAt);
  expect(withoutIds.fix).toBeUndefined();
  expect(leak.world.consoleApi.requests).toEqual([]);
});

it('shows what is at Adobe as no fault where people manage the client secrets', async () => {
  const leak = await startLeak();
  const find = async () => (await checksOf(leak, 'fusion', '--mint')).find('secrets at Adobe');
  expect(await find()).toMatchObject({ verdict: 'ok', detail: '1 client secret, stored here' });
  const { uuid } = leak.adobe.addSecret('p8e-stranger-0123456789abcdef');
  expect(await find()).toMatchObject({
    verdict: 'unknown',
    detail: expect.stringMatching(new RegExp(`^${uuid} \\(of \\S+Z, never used\\) is not stored`)),
  });
  leak.adobe.scopes = sampleClient().scopes;
  expect(await find()).toMatchObject({
    verdict: 'unknown',
    detail: expect.stringMatching(/the credential may not manage its client secrets$/),
  });
});

describe('the alarm on an overdue rotation', () => {
  const withoutAlarm = async (leak: LeakWorld) => {
    const { alarms } = leak.world.aws.account;
    expect(alarms.delete('rotator-local-client-secret-rotation-overdue')).toBe(true);
    await leak.invoke({ action: 'tick' });
    return (await checksOf(leak)).find('alarms');
  };

  it('must be there where a client secret rotates', async () => {
    const found = await withoutAlarm(await startRotated(idle));
    const detail = 'no alarm watches ClientSecretRotationOverdue';
    expect(found).toMatchObject({ verdict: 'failed', detail });
  });

  it('is not missed where none rotates', async () => {
    const found = await withoutAlarm(await startLeak());
    expect(found).toMatchObject({ verdict: 'ok', detail: '8, none raised' });
  });

  it('must be able to be raised', async () => {
    const leak = await startRotated(idle);
    const { alarms } = leak.world.aws.account;
    const name = 'rotator-local-client-secret-rotation-overdue';
    const alarm = alarms.get(name);
    if (alarm === undefined) throw new Error('the world has no such alarm');
    alarms.set(name, { ...alarm, threshold: 2 });
    const detail = `cannot be raised in time: ${name}`;
    expect((await checksOf(leak)).find('alarms')).toMatchObject({ verdict: 'failed', detail });
  });
});
