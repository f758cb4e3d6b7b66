import { PutSecretValueCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { renew } from '../../lambda/commands/renew.ts';
import { tick } from '../../lambda/commands/tick.ts';
import {
  countedTick,
  type Parts,
  plainClient,
  readToken,
  seedCredential,
  startParts,
} from '../support/start-parts.ts';

const prefix = 'ims-token-rotator/prod/fusion';
const force = { force: true };

const credential = (clientSecret: string, scope = 'openid'): string =>
  JSON.stringify({ client_id: 'client-fusion', client_secret: clientSecret, scope });

async function put(parts: Parts, kind: 'client' | 'token', SecretString: string): Promise<void> {
  const command = new PutSecretValueCommand({ SecretId: `${prefix}/${kind}`, SecretString });
  await plainClient(parts).send(command);
}

/** Starts with a token that is 12 hours old and not due, so that only what follows mints. */
async function startWithToken(): Promise<Parts> {
  const parts = await startParts();
  seedCredential(parts, 'fusion');
  parts.ims.client('client-fusion').lifetimeSeconds = 86_400;
  await tick(parts.run());
  parts.clock.advance(11 * 3_600);
  return parts;
}

const mints = (parts: Parts): number => parts.ims.mintCount - 1;

describe('a credential that is stored again and again', () => {
  it('is never minted for when its content is the same', async () => {
    const parts = await startWithToken();
    for (let rewrites = 0; rewrites < 30; rewrites += 1) {
      await put(parts, 'client', credential('secret-of-fusion'));
      expect((await tick(parts.run()))[0]).toMatchObject({ reason: 'token-fresh' });
      expect(await renew(parts.run(), 'fusion', { force: false })).toMatchObject({
        reason: 'token-fresh',
        outcome: 'kept',
      });
      parts.clock.advance(60);
    }
    expect(mints(parts)).toBe(0);
  });

  it('is minted for at once when its content changes, and again when that is corrected', async () => {
    const parts = await startWithToken();
    parts.ims.client('client-fusion').scopes = ['openid', 'AdobeID'];
    for (const scope of ['openid,AdobeID', 'AdobeID']) {
      await put(parts, 'client', credential('secret-of-fusion', scope));
      const outcome = await renew(parts.run(), 'fusion', { force: false });
      expect(outcome).toMatchObject({ reason: 'credential-changed', outcome: 'renewed' });
      parts.clock.advance(60);
    }
    expect((await readToken(parts, 'fusion'))?.SecretString).toContain('"scope":"AdobeID"');
  });

  it('is minted for twice, then once in ten minutes, when its content changes each time', async () => {
    const parts = await startWithToken();
    const client = parts.ims.client('client-fusion');
    client.scopes = Array.from({ length: 60 }, (_, index) => `scope${index}`);
    for (let minutes = 0; minutes < 60; minutes += 1) {
      await put(parts, 'client', credential('secret-of-fusion', `scope${minutes}`));
      await tick(parts.run());
      parts.clock.advance(60);
    }
    expect(mints(parts)).toBe(7);
  });
});

describe('settings that change again and again', () => {
  it.each([
    ['renew-before', (index: number) => `PT${index + 1}H`, 0],
    ['scopes', (index: number) => `scope${index}`, 0],
    ['product', (index: number) => `product${index}`, 0],
  ])('mint nothing by %s, where the token would be the same', async (name, value, expected) => {
    const parts = await startWithToken();
    for (let index = 0; index < 20; index += 1) {
      const Tags = [{ Key: `ims-token-rotator:${name}`, Value: value(index) }];
      await plainClient(parts).send(new TagResourceCommand({ SecretId: `${prefix}/token`, Tags }));
      await tick(parts.run());
      parts.clock.advance(30);
    }
    expect(mints(parts)).toBe(expected);
  });
});

describe('a setting that changes the scopes of a token', () => {
  it('is a changed credential, and mints', async () => {
    const parts = await startWithToken();
    const client = parts.ims.client('client-fusion');
    client.scopes = ['openid', 'AdobeID'];
    const withoutScopes = { client_id: 'client-fusion', client_secret: 'secret-of-fusion' };
    const tag = async (Value: string): Promise<void> => {
      const Tags = [{ Key: 'ims-token-rotator:scopes', Value }];
      await plainClient(parts).send(new TagResourceCommand({ SecretId: `${prefix}/token`, Tags }));
    };
    await tag('openid AdobeID');
    await put(parts, 'client', JSON.stringify(withoutScopes));
    expect(await tick(parts.run())).toMatchObject([{ reason: 'credential-changed' }]);
    expect((await readToken(parts, 'fusion'))?.SecretString).toContain('"scope":"openid,AdobeID"');
    // The credential has no scopes of its own, so only the token tells which it was minted with.
    parts.clock.advance(3_600);
    await tag('openid');
    expect(await tick(parts.run())).toMatchObject([
      { reason: 'credential-changed', outcome: 'renewed' },
    ]);
    expect((await readToken(parts, 'fusion'))?.SecretString).toContain('"scope":"openid"');
  });
});

describe('forced renewals', () => {
  it('mint twice in quick succession, and then say when they will again', async () => {
    const parts = await startWithToken();
    for (let index = 0; index < 25; index += 1) {
      const replaces = (await readToken(parts, 'fusion'))?.VersionId;
      const outcome = await renew(parts.run(), 'fusion', { ...force, replaces });
      if (index < 2) expect(outcome).toMatchObject({ reason: 'forced', outcome: 'renewed' });
      else {
        expect(outcome).toMatchObject({
          outcome: 'failed',
          error: { code: 'ERR_RECENTLY_ISSUED' },
        });
      }
      parts.clock.advance(1);
    }
    expect(mints(parts)).toBe(2);
    parts.clock.advance(600);
    expect(await renew(parts.run(), 'fusion', force)).toMatchObject({ outcome: 'renewed' });
  });
});

describe('a token that somebody overwrites again and again', () => {
  it('is repaired at once, and then at most once in ten minutes', async () => {
    const parts = await startWithToken();
    for (let minutes = 0; minutes < 60; minutes += 1) {
      await put(parts, 'token', `garbage ${minutes}`);
      await tick(parts.run());
      parts.clock.advance(60);
    }
    expect(mints(parts)).toBeGreaterThanOrEqual(1);
    expect(mints(parts)).toBeLessThanOrEqual(6);
    // While it waits for the budget, the broken token counts as failing.
    await put(parts, 'token', 'garbage at last');
    parts.metrics.length = 0;
    expect(await countedTick(parts.run())).toMatchObject([
      { reason: 'recently-issued', isOverBudget: true, failing: true },
    ]);
    expect(parts.metrics).toContainEqual(['Failing', 1]);
    parts.clock.advance(600);
    await tick(parts.run());
    expect((await readToken(parts, 'fusion'))?.SecretString).toContain('access_token');
  });
});
