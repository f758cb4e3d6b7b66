import { describe, expect, it } from 'vitest';
import { startRotator } from '../support/start-rotator.ts';

describe('the function', () => {
  it('rejects an unknown event, and lists the accepted ones', async () => {
    const { invoke } = await startRotator();
    const { error } = await invoke({ action: 'refresh' });
    expect(error?.errorType).toBe('ERR_EVENT_INVALID');
    expect(error?.errorMessage).toContain('action must be tick, status or renew; accepted are');
  });

  it('rejects a tick if its time-out leaves no time for a renewal', async () => {
    const { invoke } = await startRotator({ timeoutSeconds: 3 });
    // Otherwise each tick would defer all the work to the next one, for ever.
    const { error } = await invoke({ action: 'tick' });
    expect(error).toMatchObject({
      errorType: 'ERR_CONFIG_INVALID',
      errorMessage: expect.stringContaining('it must be at least 61.5 seconds'),
    });
  });

  it('rejects a rotation step if its time-out leaves no time for it', async () => {
    const { world, invoke } = await startRotator({ timeoutSeconds: 3 });
    const { error } = await invoke({
      Step: 'createSecret',
      SecretId: `arn:aws:secretsmanager:us-east-1:111122223333:secret:${world.secretId('fusion', 'token')}-AbCdEf`,
      ClientRequestToken: '5f0c9a3e-0000-4000-8000-000000000000',
    });
    expect(error).toMatchObject({ errorType: 'ERR_CONFIG_INVALID' });
  });
});
