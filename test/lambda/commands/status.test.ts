import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { hour } from '../../support/builders.ts';
import { actionsOf, instantIn, putToken, startCredential } from '../../support/credential.ts';
import { status } from '../../support/outcomes.ts';
import { startRotator } from '../../support/start-rotator.ts';

describe('status', () => {
  it('reports what a tick would do, and changes nothing', async () => {
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

  it('reports a failing credential, and does not fail itself', async () => {
    const { client, world, onboard, invoke } = await startRotator();
    await onboard('fusion');
    await invoke({ action: 'tick' });
    await client.send(new DeleteSecretCommand({ SecretId: world.secretId('fusion', 'client') }));
    const { result, error } = await invoke({ action: 'status' });
    expect(error).toBeUndefined();
    expect(result.credentials).toMatchObject([
      { name: 'fusion', outcome: 'failed', code: 'ERR_CREDENTIAL_MISSING' },
    ]);
  });

  it('reads the value of a foreign version before it decides', async () => {
    const parts = await startCredential();
    await putToken(parts, 'fusion', {
      access_token: 'x',
      issued_at: instantIn(parts, -hour),
      expires_at: instantIn(parts, 23 * hour),
    });
    parts.secretsManager.clearCalls();
    expect(await status(parts.run())).toMatchObject([{ reason: 'token-fresh', outcome: 'kept' }]);
    await putToken(parts, 'fusion', 'junk');
    parts.clock.advance(600);
    expect(await status(parts.run())).toMatchObject([
      { reason: 'token-malformed', outcome: 'due' },
    ]);
    expect(actionsOf(parts)).toEqual([
      'ListSecrets',
      'GetSecretValue',
      'PutSecretValue',
      'ListSecrets',
      'GetSecretValue',
    ]);
  });
});
