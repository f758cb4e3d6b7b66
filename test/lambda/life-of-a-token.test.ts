import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { renew } from '../../lambda/commands/renew.ts';
import { tick } from '../../lambda/commands/tick.ts';
import { hour } from '../support/builders.ts';
import { type Parts, seedCredential, startParts } from '../support/start-parts.ts';

const name = 'ims-token-rotator/prod/fusion/token';

const plainClient = ({ secretsManager }: Parts): SecretsManagerClient =>
  new SecretsManagerClient({
    region: 'us-east-1',
    endpoint: secretsManager.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

describe('the life of a token of 24 hours', () => {
  it('is renewed at half of it, so that twelve hours remain for an outage', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    const reasons: (string | undefined)[] = [];
    for (let ticks = 0; ticks <= 24 * 4; ticks += 1) {
      const [outcome] = await tick(parts.run());
      if (outcome?.outcome === 'renewed') {
        reasons.push(`${ticks / 4} h: ${outcome.reason}`);
      }
      parts.clock.advance(900);
    }
    expect(reasons).toEqual(['0 h: token-missing', '12 h: token-expiring', '24 h: token-expiring']);
    expect(parts.ims.mintCount).toBe(3);
  });

  it('is renewed later if its tag says so', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion', { 'ims-token-rotator:renew-before': 'PT4H' });
    await tick(parts.run());
    parts.clock.advance(19 * hour);
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-fresh', outcome: 'kept' }]);
    parts.clock.advance(hour);
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-expiring' }]);
  });

  it('is renewed after its end too', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    await tick(parts.run());
    parts.clock.advance(30 * hour);
    expect(await tick(parts.run())).toMatchObject([
      { reason: 'token-expired', outcome: 'renewed' },
    ]);
  });
});

describe('a repeated put', () => {
  it('of a version that was superseded moves AWSCURRENT back to it', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    await tick(parts.run());
    const [minted] = await tick(parts.run());
    const client = plainClient(parts);
    await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: 'junk' }));
    client.destroy();
    // At the same instant IMS gives the same token, so it is the same version with the same bytes.
    parts.ims.faults.inject({ kind: 'repeat-token' });
    expect(await tick(parts.run())).toMatchObject([
      {
        reason: 'token-malformed',
        outcome: 'renewed',
        token: { expiresAt: minted?.token?.expiresAt },
      },
    ]);
    expect(parts.secretsManager.calls.map(({ action }) => action)).toContain(
      'UpdateSecretVersionStage',
    );
    expect(await tick(parts.run())).toMatchObject([{ reason: 'recently-issued' }]);
  });
});

describe('a lifetime that is too short for the ticks', () => {
  it('fails whoever asks for a fresh token that is recent and yet expired', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    parts.ims.client('client-fusion').lifetimeSeconds = 60;
    await tick(parts.run());
    parts.clock.advance(61);
    expect(await renew(parts.run(), 'fusion', { force: false })).toMatchObject({
      reason: 'recently-issued',
      outcome: 'failed',
      error: { code: 'ERR_RECENTLY_ISSUED' },
    });
  });
});

describe('a warning', () => {
  it('is logged when the token says another expiry than the answer', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    parts.ims.faults.inject({ kind: 'claims-disagree', lifetimeSeconds: hour });
    expect(await tick(parts.run())).toMatchObject([
      { token: { expiresAt: parts.clock.seconds + hour } },
    ]);
    expect(parts.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      {
        message: expect.stringContaining('the earlier one counts'),
        fields: { credential: 'fusion' },
      },
    ]);
  });
});

describe('one credential that cannot be read', () => {
  it('costs the others nothing', async () => {
    const parts = await startParts();
    seedCredential(parts, 'healthy');
    const prefix = 'ims-token-rotator/prod/foreign';
    parts.secretsManager.seed({ name: `${prefix}/token`, secretString: 'by hand' });
    parts.secretsManager.seed({ name: `${prefix}/client`, secretString: '{}' });
    const when = ({ action, secretId = '' }: { action: string; secretId?: string | undefined }) =>
      action === 'GetSecretValue' && secretId.includes('/foreign/');
    parts.secretsManager.faults.inject({ kind: 'denied' }, { when });
    expect(await tick(parts.run())).toMatchObject([
      { credential: 'foreign', outcome: 'failed', error: { code: 'ERR_SECRET_ACCESS_DENIED' } },
      { credential: 'healthy', outcome: 'renewed' },
    ]);
  });
});
