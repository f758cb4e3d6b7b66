import { TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { hour } from '../support/builders.ts';
import { putToken, setTag, statusOf } from '../support/credential.ts';
import { countedTick, tick } from '../support/outcomes.ts';
import { plainClient, readToken, seedCredential, startParts } from '../support/start-parts.ts';

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

  it('fails once, and counts as failing, while its value is no token that could expire', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion', { 'ims-token-rotator:paused': 'true' });
    await putToken(parts, 'fusion', 'overwritten');
    for (const isNews of [true, false]) {
      parts.metrics.length = 0;
      expect(await countedTick(parts.run())).toMatchObject([
        { reason: 'paused', outcome: 'failed', error: { code: 'ERR_PAUSED' }, isNews },
      ]);
      expect(parts.metrics).toContainEqual(['Failing', 1]);
      parts.clock.advance(900);
    }
    // The pause is still respected.
    expect(parts.ims.mintCount).toBe(0);
    expect((await readToken(parts, 'fusion'))?.SecretString).toBe('overwritten');
  });

  it('fails after a day without a first token, if the stack declares it', async () => {
    const parts = await startParts();
    const config = { ...parts.run().config, declared: new Set(['fusion']) };
    seedCredential(parts, 'fusion', { 'ims-token-rotator:paused': 'true' });
    expect(await countedTick(parts.run({ config }))).toMatchObject([
      { reason: 'paused', outcome: 'kept', failing: false },
    ]);
    parts.clock.advance(25 * hour);
    expect(await countedTick(parts.run({ config }))).toMatchObject([
      { reason: 'paused', outcome: 'failed', error: { code: 'ERR_PAUSED' }, isNews: true },
    ]);
    expect(parts.ims.mintCount).toBe(0);
    await setTag(parts, 'fusion', 'ims-token-rotator:paused', 'false');
    expect(await countedTick(parts.run({ config }))).toMatchObject([{ outcome: 'renewed' }]);
    expect(await statusOf(parts)).toBe('ok');
  });

  it('is renewed like any other, and well, once it is resumed', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion', { 'ims-token-rotator:paused': 'true' });
    await putToken(parts, 'fusion', 'overwritten');
    await countedTick(parts.run());
    await setTag(parts, 'fusion', 'ims-token-rotator:paused', 'false');
    expect(await countedTick(parts.run())).toMatchObject([
      { reason: 'token-malformed', outcome: 'renewed' },
    ]);
    expect(await statusOf(parts)).toBe('ok');
  });
});
