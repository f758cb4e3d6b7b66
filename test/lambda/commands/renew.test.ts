import { TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { Force } from '../../../core/decision.ts';
import { renew, renewEach } from '../../../lambda/commands/renew.ts';
import { reportRun } from '../../../lambda/report-run.ts';
import { secretId, startCredential } from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import { startRotator } from '../../support/start-rotator.ts';

describe('renew', () => {
  it('renews one credential that is due, without listing', async () => {
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

  it('keeps a token that was just issued', async () => {
    const { world, onboard, invoke } = await startRotator();
    await onboard('fusion');
    await invoke({ action: 'renew', credential: 'fusion' });
    const { result } = await invoke({ action: 'renew', credential: 'fusion' });
    expect(result.credentials).toMatchObject([{ reason: 'recently-issued', outcome: 'kept' }]);
    expect(world.ims.mintCount).toBe(1);
  });

  it('mints once, however often a forced event is delivered', async () => {
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

  it('fails if it is forced without a version within a minute of the last mint', async () => {
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

  it('renews at once when a credential is stored, and ignores its own writes', async () => {
    const { world, onboard, read } = await startRotator({ eventRule: true });
    await onboard('fusion');
    await world.secretsManager.idle();
    await world.lambda.idle();
    expect((await read('fusion'))?.token).toMatchObject({ schema: 1 });
    expect(world.ims.mintCount).toBe(1);
    expect(
      world.lambda.logs(world.functionName).filter((line) => line.includes('"platform.start"')),
    ).toHaveLength(1);
  });

  it('does nothing for the event of a token secret', async () => {
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
  ])('fails with %s for a token that it cannot write', async (code, credential, tag) => {
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

  it('fails for a token that was issued recently and has expired', async () => {
    const parts = await startCredential();
    parts.ims.client('client-fusion').lifetimeSeconds = 60;
    await tick(parts.run());
    parts.clock.advance(61);
    expect(await renew(parts.run(), 'fusion', { force: false })).toMatchObject({
      reason: 'recently-issued',
      outcome: 'failed',
      error: { code: 'ERR_RECENTLY_ISSUED' },
    });
  });

  it('fails by force with a failure that is remembered, although a tick would not', async () => {
    const parts = await startCredential();
    parts.ims.faults.inject({ kind: 'server-error', status: 400 });
    const invocation = (force: Force) =>
      reportRun(parts.run(), { action: 'renew', credentials: ['fusion'], force }, (report) =>
        renewEach(parts.run(), ['fusion'], force, report),
      );
    for (const count of [1, 2]) {
      await expect(invocation({ force: true })).rejects.toMatchObject({
        code: 'ERR_TOKEN_REJECTED',
      });
      expect(parts.ims.tokenRequests).toHaveLength(count);
    }
    expect(await tick(parts.run())).toMatchObject([{ reason: 'backing-off', isNews: false }]);
  });

  it('forces the renewal of a malformed value while the credential is backing off', async () => {
    const parts = await startCredential();
    const versionId = '019ac0de-0000-4000-8000-000000000001';
    const name = secretId('fusion', 'token');
    parts.secretsManager.seed({ name, versionId, secretString: 'junk' });
    parts.ims.faults.inject({ kind: 'missing-access-token' }, { times: 1 });
    await tick(parts.run());
    const outcome = await renew(parts.run(), 'fusion', { force: true, replaces: versionId });
    expect(outcome).toMatchObject({ reason: 'forced', outcome: 'renewed' });
  });
});
