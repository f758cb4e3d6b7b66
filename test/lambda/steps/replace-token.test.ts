import { describe, expect, it } from 'vitest';
import { renewCredential } from '../../../lambda/steps/renew-credential.ts';
import { hour } from '../../support/builders.ts';
import {
  actionsOf,
  callsOf,
  pastTheBudget,
  putToken,
  startCredential,
  startDueCredential,
} from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import { readToken } from '../../support/start-parts.ts';

describe('a new token', () => {
  it('is not stored when it expires at the same instant as the stored one', async () => {
    const parts = await startDueCredential();
    const before = await readToken(parts, 'fusion');
    parts.ims.client('client-fusion').lifetimeSeconds = 60;
    expect(await tick(parts.run())).toMatchObject([
      { outcome: 'kept', failing: false, error: { code: 'ERR_TOKEN_NOT_LATER' } },
    ]);
    expect(await readToken(parts, 'fusion')).toEqual(before);
  });

  it('is not stored when the response has none, and the secret stays empty', async () => {
    const parts = await startCredential();
    parts.ims.faults.inject({ kind: 'missing-access-token' }, { times: 1 });
    expect(await tick(parts.run())).toMatchObject([{ error: { code: 'ERR_TOKEN_MALFORMED' } }]);
    expect(parts.ims.tokenRequests).toMatchObject([{ hasQuery: false }]);
    expect(await readToken(parts, 'fusion')).toBeUndefined();
  });

  it('is not stored when IMS rejects the scopes', async () => {
    const parts = await startDueCredential();
    const before = await readToken(parts, 'fusion');
    parts.ims.client('client-fusion').scopes = [];
    expect(await tick(parts.run())).toMatchObject([
      { error: { details: { status: 400, imsError: 'invalid_scope' } } },
    ]);
    expect(await readToken(parts, 'fusion')).toEqual(before);
  });
});

describe('a put of a version that exists', () => {
  it('moves AWSCURRENT back to it', async () => {
    const parts = await startCredential();
    await tick(parts.run());
    const [minted] = await tick(parts.run());
    await putToken(parts, 'fusion', 'junk');
    // At the same instant IMS issues the same token, so the version has the same bytes and id.
    parts.ims.faults.inject({ kind: 'repeat-token' });
    const now = pastTheBudget(parts);
    expect(await renewCredential(parts.run({ now }), 'fusion')).toMatchObject({
      reason: 'token-malformed',
      outcome: 'renewed',
      token: { expiresAt: minted?.token?.expiresAt },
    });
    expect(actionsOf(parts)).toContain('UpdateSecretVersionStage');
    expect(await tick(parts.run())).toMatchObject([{ reason: 'recently-issued' }]);
  });

  it('moves AWSCURRENT although the response to the move is lost', async () => {
    const parts = await startCredential();
    await tick(parts.run());
    const before = await readToken(parts, 'fusion');
    await putToken(parts, 'fusion', 'junk');
    const when = callsOf('UpdateSecretVersionStage');
    parts.secretsManager.faults.inject({ kind: 'reset-after' }, { when, times: 1 });
    parts.ims.faults.inject({ kind: 'repeat-token' });
    const now = pastTheBudget(parts);
    expect(await renewCredential(parts.run({ now }), 'fusion')).toMatchObject({
      outcome: 'renewed',
    });
    expect(await readToken(parts, 'fusion')).toEqual(before);
  });
});

describe('a token that replaces a malformed value', () => {
  it('may expire earlier than a token of before', async () => {
    const parts = await startCredential();
    await tick(parts.run());
    await putToken(parts, 'fusion', 'junk');
    parts.ims.client('client-fusion').lifetimeSeconds = 2 * hour;
    parts.clock.advance(600);
    expect(await tick(parts.run())).toMatchObject([
      { reason: 'token-malformed', outcome: 'renewed', token: { lifetime: 2 * hour } },
    ]);
  });
});
