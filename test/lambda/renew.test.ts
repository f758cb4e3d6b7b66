import { TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { startRotator } from '../support/start-rotator.ts';

describe('renew', () => {
  it('renews one credential if it is due, without listing', async () => {
    const { world, onboard, invoke, read } = await startRotator();
    await onboard('fusion');
    await onboard('other');
    world.secretsManager.clearCalls();
    const { result } = await invoke({ action: 'renew', credential: 'fusion' });
    expect(result).toMatchObject({
      action: 'renew',
      managed: 1,
      credentials: [{ name: 'fusion', reason: 'token-missing', outcome: 'renewed' }],
    });
    expect(world.secretsManager.calls.map(({ action }) => action)).not.toContain('ListSecrets');
    expect(await read('other')).toBeUndefined();
  });

  it('is content with a token that was just issued', async () => {
    const { world, onboard, invoke } = await startRotator();
    await onboard('fusion');
    await invoke({ action: 'renew', credential: 'fusion' });
    const { result } = await invoke({ action: 'renew', credential: 'fusion' });
    expect(result.credentials).toMatchObject([{ reason: 'recently-issued', outcome: 'kept' }]);
    expect(world.ims.mintCount).toBe(1);
  });

  it('mints once, however often one forced event is delivered', async () => {
    const { world, onboard, invoke, read } = await startRotator();
    await onboard('fusion');
    await invoke({ action: 'tick' });
    const replaces = (await read('fusion'))?.versionId;
    const event = { action: 'renew', credential: 'fusion', force: true, replaces };
    const outcomes: (string | undefined)[] = [];
    for (let delivery = 0; delivery < 4; delivery += 1) {
      outcomes.push((await invoke(event)).result.credentials[0]?.outcome);
    }
    expect(outcomes).toEqual(['renewed', 'kept', 'kept', 'kept']);
    expect(world.ims.mintCount).toBe(2);
  });

  it('does not force without a version within a minute of the last mint, and says so', async () => {
    const { world, onboard, invoke } = await startRotator();
    await onboard('fusion');
    await invoke({ action: 'tick' });
    const { error } = await invoke({ action: 'renew', credential: 'fusion', force: true });
    expect(error).toMatchObject({
      errorType: 'ERR_RECENTLY_ISSUED',
      errorMessage: expect.stringContaining('to replace it, name its version'),
    });
    expect(world.ims.mintCount).toBe(1);
  });

  it('renews at once when a credential is stored, and does not answer its own writes', async () => {
    const { world, onboard, read } = await startRotator({ eventRule: true });
    await onboard('fusion');
    await world.secretsManager.idle();
    await world.lambda.idle();
    expect((await read('fusion'))?.token).toMatchObject({ schema: 1 });
    expect(world.ims.mintCount).toBe(1);
    expect(
      world.lambda.logs(world.functionName).filter((line) => line.startsWith('START')),
    ).toHaveLength(1);
  });

  it('does nothing about an event of a token secret', async () => {
    const { world, invoke } = await startRotator();
    world.secretsManager.clearCalls();
    const { result } = await invoke({
      source: 'aws.secretsmanager',
      'detail-type': 'Secret Label Updated',
      detail: { name: world.secretId('fusion', 'token'), labelUpdated: 'AWSCURRENT' },
    });
    expect(result).toMatchObject({ managed: 0, credentials: [] });
    expect(world.secretsManager.calls).toEqual([]);
  });

  it.each([
    ['ERR_TOKEN_SECRET_MISSING', 'nobody', undefined],
    ['ERR_PAUSED', 'fusion', 'ims-token-rotator:paused'],
  ])('fails with %s', async (code, credential, tag) => {
    const { world, client, onboard, invoke } = await startRotator();
    await onboard('fusion');
    if (tag !== undefined) {
      const SecretId = world.secretId('fusion', 'token');
      await client.send(new TagResourceCommand({ SecretId, Tags: [{ Key: tag, Value: '' }] }));
    }
    const { error } = await invoke({ action: 'renew', credential });
    expect(error?.errorType).toBe(code);
    expect(error?.errorMessage).toContain(world.secretId(credential, 'token'));
    expect(world.ims.mintCount).toBe(0);
  });
});

describe('status', () => {
  it('says what a tick would do and changes nothing', async () => {
    const { world, onboard, invoke, read } = await startRotator();
    await onboard('fusion');
    const due = await invoke({ action: 'status' });
    expect(due.result).toMatchObject({
      action: 'status',
      credentials: [{ name: 'fusion', reason: 'token-missing', outcome: 'due' }],
    });
    expect(await read('fusion')).toBeUndefined();
    await invoke({ action: 'tick' });
    const fresh = await invoke({ action: 'status' });
    expect(fresh.result.outcomes).toEqual({ kept: 1 });
    expect(world.ims.mintCount).toBe(1);
  });
});

describe('any other event', () => {
  it('is an error that says what is accepted', async () => {
    const { invoke } = await startRotator();
    const { error } = await invoke({ action: 'refresh' });
    expect(error?.errorType).toBe('ERR_EVENT_INVALID');
    expect(error?.errorMessage).toContain('action must be tick, status or renew; accepted are');
  });
});
