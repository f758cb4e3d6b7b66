import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import { decodeVersionId, encodeVersionId } from '../../core/version-id.ts';
import type { Call } from '../../emulators/secrets-manager/fault.ts';
import { day, digest, hour } from '../support/builders.ts';
import { tick } from '../support/outcomes.ts';
import {
  type Parts,
  plainClient,
  readToken,
  seedCredential,
  startParts,
} from '../support/start-parts.ts';

const SecretId = 'ims-token-rotator/prod/fusion/token';

/** Stores a value under an id in the rotator's own form, as anybody may who can write the secret. */
async function forge(
  parts: Parts,
  SecretString: string,
  lifetime: number,
  { content = SecretString, fingerprint = 'c0ffee00' } = {},
) {
  const fields = {
    expiresAt: epochSeconds(parts.clock.seconds + lifetime),
    lifetime,
    fingerprint,
  };
  const ClientRequestToken = encodeVersionId(fields, digest(content));
  const command = new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken });
  await plainClient(parts).send(command);
}

async function startWithToken(): Promise<Parts> {
  const parts = await startParts();
  seedCredential(parts, 'fusion');
  await tick(parts.run());
  parts.clock.advance(hour);
  return parts;
}

describe('a version id that claims 12 days', () => {
  it('over a value that is not a token is not believed', async () => {
    const parts = await startWithToken();
    await forge(parts, 'garbage', 12 * day);
    expect(await tick(parts.run())).toMatchObject([
      { reason: 'token-malformed', outcome: 'renewed' },
    ]);
  });

  it('over a token of 24 hours counts for 24 hours', async () => {
    const parts = await startWithToken();
    const stored = (await readToken(parts, 'fusion'))?.SecretString ?? '';
    await forge(parts, `${stored} `, 12 * day);
    const [outcome] = await tick(parts.run());
    expect(outcome).toMatchObject({ reason: 'token-fresh', token: { lifetime: 86_399 } });
  });

  it('is not believed when its hash is that of another value', async () => {
    const parts = await startWithToken();
    const stored = (await readToken(parts, 'fusion'))?.SecretString ?? '';
    await forge(parts, `${stored} `, 12 * day, { content: 'another value' });
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-malformed' }]);
  });
});

/** A token of half an hour, under an id that says 20 hours; half of these are over. */
async function startWithClaim(forgedFrom: (stored: string) => string): Promise<Parts> {
  const parts = await startParts();
  seedCredential(parts, 'fusion');
  parts.ims.client('client-fusion').lifetimeSeconds = 1_800;
  await tick(parts.run());
  const { VersionId = '', SecretString = '' } = (await readToken(parts, 'fusion')) ?? {};
  const { fingerprint } = decodeVersionId(VersionId, epochSeconds(parts.clock.seconds)) ?? {};
  await forge(parts, forgedFrom(SecretString), 20 * hour, { fingerprint: fingerprint ?? '' });
  parts.clock.advance(12 * hour);
  return parts;
}

describe('a version id that claims 20 hours', () => {
  it.each([
    ['a token that expired long before', (stored: string) => `${stored} `],
    ['no token', () => 'garbage'],
  ])('does not keep %s from being replaced by one of half an hour', async (_, forgedFrom) => {
    const parts = await startWithClaim(forgedFrom);
    expect(await tick(parts.run())).toMatchObject([
      { reason: 'token-expiring', outcome: 'renewed', token: { lifetime: 1_800 } },
    ]);
  });

  it('counts where its value cannot be read', async () => {
    const parts = await startWithClaim((stored) => `${stored} `);
    const when = ({ action, secretId = '' }: Call): boolean =>
      action === 'GetSecretValue' && secretId.includes('/token');
    parts.secretsManager.faults.inject({ kind: 'denied' }, { when });
    expect(await tick(parts.run())).toMatchObject([
      { outcome: 'kept', error: { code: 'ERR_TOKEN_NOT_LATER' } },
    ]);
  });
});

describe('two forged version ids that claim 12 days', () => {
  it('do not vouch for each other', async () => {
    const parts = await startWithToken();
    await forge(parts, 'garbage', 12 * day);
    await forge(parts, 'more garbage', 12 * day);
    parts.clock.advance(600);
    expect(await tick(parts.run())).toMatchObject([
      { reason: 'token-malformed', outcome: 'renewed' },
    ]);
  });
});

describe('tokens that really live for 12 days', () => {
  it('are read once in each tick, and kept', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    parts.ims.client('client-fusion').lifetimeSeconds = 12 * day;
    await tick(parts.run());
    parts.clock.advance(7 * day);
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
    parts.clock.advance(hour);
    parts.secretsManager.clearCalls();
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-fresh' }]);
    expect(parts.secretsManager.calls.map(({ action }) => action)).toEqual([
      'ListSecrets',
      'GetSecretValue',
    ]);
  });
});
