import { TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tick } from '../../lambda/commands/tick.ts';
import { hour } from '../support/builders.ts';
import { countedTick, plainClient, seedCredential, startParts } from '../support/start-parts.ts';

describe('a paused credential', () => {
  it('is counted, and so is the life that its token has left', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    parts.ims.client('client-fusion').lifetimeSeconds = 10 * hour;
    await tick(parts.run());
    await plainClient(parts).send(
      new TagResourceCommand({
        SecretId: 'ims-token-rotator/prod/fusion/token',
        Tags: [{ Key: 'ims-token-rotator:paused', Value: 'true' }],
      }),
    );
    parts.clock.advance(9 * hour);
    parts.metrics.length = 0;
    await countedTick(parts.run());
    expect(parts.metrics).toContainEqual(['Paused', 1]);
    expect(parts.metrics).toContainEqual(['MinPausedLifeLeft', 10]);
    expect(parts.metrics.map(([name]) => name)).not.toContain('MinLifeLeft');
    expect(parts.properties.get('least_paused_life_left_credential')).toBe('fusion');
  });

  it('counts with the life that is left of a token that was stored by hand', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion', { 'ims-token-rotator:paused': 'true' });
    const at = (seconds: number): string =>
      new Date((parts.clock.seconds + seconds) * 1000).toISOString();
    parts.secretsManager.seed({
      name: 'ims-token-rotator/prod/fusion/token',
      versionId: '019ac0de-0000-4000-8000-000000000009',
      tags: { 'ims-token-rotator:paused': 'true' },
      secretString: JSON.stringify({
        access_token: 'the-old-token-0123456789',
        issued_at: at(-9 * hour),
        expires_at: at(hour),
      }),
    });
    const outcomes = await countedTick(parts.run());
    expect(outcomes).toMatchObject([{ reason: 'paused', outcome: 'kept', failing: false }]);
    expect(parts.metrics).toContainEqual(['MinPausedLifeLeft', 10]);
  });
});
