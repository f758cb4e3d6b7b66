import { describe, expect, it } from 'vitest';
import type { Call } from '../../emulators/secrets-manager/fault.ts';
import { hour } from '../support/builders.ts';
import {
  actionsOf,
  instantIn,
  putToken,
  startCredential,
  startDueCredential,
  tokenReads,
} from '../support/credential.ts';
import { tick } from '../support/outcomes.ts';
import { type Parts, readToken, seedCredential } from '../support/start-parts.ts';

describe('a token that was stored by hand', () => {
  /** Starts with a token that was issued an hour ago and expires in 23 hours, unless overridden. */
  async function startByHand(overrides: object = {}): Promise<Parts> {
    const parts = await startCredential();
    const issued_at = instantIn(parts, -hour);
    const expires_at = instantIn(parts, 23 * hour);
    await putToken(parts, 'fusion', { access_token: 'x', issued_at, expires_at, ...overrides });
    return parts;
  }

  it('is read once, and kept while it is fresh', async () => {
    const parts = await startByHand();
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-fresh' }]);
    expect(parts.secretsManager.calls.map(({ action }) => action)).toEqual([
      'PutSecretValue',
      'ListSecrets',
      'GetSecretValue',
    ]);
  });

  it('is read once, even if it is renewed', async () => {
    const parts = await startByHand({ expires_at: '2026-11-22T12:30:00Z' });
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
    expect(tokenReads(parts)).toBe(1);
  });

  it('is renewed if it was minted from another version of the credential', async () => {
    const parts = await startByHand({ client_secret_version: 'an-earlier-one' });
    expect(await tick(parts.run())).toMatchObject([{ reason: 'credential-changed' }]);
  });

  it('is renewed at once if it claims to be issued in the future', async () => {
    const parts = await startByHand({
      issued_at: '2026-11-23T12:00:00Z',
      expires_at: '2026-11-24T12:00:00Z',
    });
    expect(await tick(parts.run())).toMatchObject([
      { reason: 'token-malformed', outcome: 'renewed' },
    ]);
  });

  it('is not mistaken for a malformed one when the client secret cannot be read', async () => {
    const parts = await startByHand({ expires_at: '2026-11-22T12:30:00Z' });
    const when = ({ action, secretId = '' }: Call): boolean =>
      action === 'GetSecretValue' && secretId.endsWith('/client');
    parts.secretsManager.faults.inject({ kind: 'denied' }, { when });
    expect(await tick(parts.run())).toMatchObject([
      { reason: 'token-expiring', outcome: 'failed' },
    ]);
  });
});

describe('a foreign version that cannot be read', () => {
  const readsToken = ({ action, secretId = '' }: Call): boolean =>
    action === 'GetSecretValue' && secretId.includes('/fusion/token');

  it('is remembered as a failure, and is read once in a tick while it waits', async () => {
    const parts = await startDueCredential();
    const before = await readToken(parts, 'fusion');
    seedCredential(parts, 'well');
    parts.secretsManager.faults.inject({ kind: 'denied' }, { when: readsToken });
    const first = await tick(parts.run());
    expect(first.find(({ credential }) => credential === 'fusion')).toMatchObject({
      outcome: 'failed',
      isNews: true,
      error: { code: 'ERR_SECRET_ACCESS_DENIED' },
    });
    parts.clock.advance(60);
    parts.secretsManager.clearCalls();
    const second = await tick(parts.run());
    expect(second.find(({ credential }) => credential === 'fusion')).toMatchObject({
      reason: 'backing-off',
      failing: true,
    });
    expect(actionsOf(parts)).toEqual(['ListSecrets', 'GetSecretValue']);
    parts.secretsManager.faults.clear();
    expect(await readToken(parts, 'fusion')).toEqual(before);
    // Nothing is minted for a value that might be a good token.
    expect(parts.ims.tokenRequests.map(({ clientId }) => clientId)).toEqual(['client-well']);
  });

  it('is tried once in a run', async () => {
    const parts = await startDueCredential();
    parts.secretsManager.faults.inject({ kind: 'denied' }, { when: readsToken });
    await tick(parts.run());
    expect(tokenReads(parts)).toBe(1);
  });
});

describe('a foreign version that the list does not show yet', () => {
  it('is read once', async () => {
    const parts = await startDueCredential();
    parts.clock.advance(301);
    parts.secretsManager.listLagMs = 300_000;
    await putToken(parts, 'fusion', {
      access_token: 'x',
      issued_at: instantIn(parts, -86_000),
      expires_at: instantIn(parts, 300),
    });
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
    expect(tokenReads(parts)).toBe(1);
  });
});
