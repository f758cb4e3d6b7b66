import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import { epochSeconds } from '../../core/instant.ts';
import { requestMemory } from '../../core/mint-budget.ts';
import { renew } from '../../lambda/commands/renew.ts';
import { newMemory, startRun } from '../../lambda/steps/run.ts';
import { callsOf, setTag, statusOf, writesOfTag } from '../support/credential.ts';
import { countedTick, tick } from '../support/outcomes.ts';
import {
  clientSecretOf,
  type Parts,
  plainClient,
  readToken,
  seedCredential,
  startParts,
} from '../support/start-parts.ts';
import { startRotatingToken } from '../support/start-rotating.ts';

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
      await put(parts, 'client', credential(clientSecretOf('fusion')));
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
      await put(parts, 'client', credential(clientSecretOf('fusion'), scope));
      const outcome = await renew(parts.run(), 'fusion', { force: false });
      expect(outcome).toMatchObject({ reason: 'credential-changed', outcome: 'renewed' });
      parts.clock.advance(60);
    }
    expect((await readToken(parts, 'fusion'))?.SecretString).toContain('"scope":"AdobeID"');
  });

  it('is minted for three times, then once in ten minutes, when its content changes each time', async () => {
    const parts = await startWithToken();
    const client = parts.ims.client('client-fusion');
    client.scopes = Array.from({ length: 60 }, (_, index) => `scope${index}`);
    for (let minutes = 0; minutes < 60; minutes += 1) {
      await put(parts, 'client', credential(clientSecretOf('fusion'), `scope${minutes}`));
      await tick(parts.run());
      parts.clock.advance(60);
    }
    // At 0, 1 and 2 minutes; at 12, 22, 32, 42 and 52.
    expect(mints(parts)).toBe(8);
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
    const withoutScopes = { client_id: 'client-fusion', client_secret: clientSecretOf('fusion') };
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
  it('mint three times in quick succession, and then say when they will again', async () => {
    const parts = await startWithToken();
    for (let index = 0; index < 25; index += 1) {
      const replaces = (await readToken(parts, 'fusion'))?.VersionId;
      const outcome = await renew(parts.run(), 'fusion', { ...force, replaces });
      if (index < 3) expect(outcome).toMatchObject({ reason: 'forced', outcome: 'renewed' });
      else {
        expect(outcome).toMatchObject({
          outcome: 'failed',
          reason: 'over-budget',
          error: {
            code: 'ERR_MINT_BUDGET_SPENT',
            message: expect.stringContaining('possible at 2026-11-22T23:10:02Z'),
          },
        });
      }
      parts.clock.advance(1);
    }
    expect(mints(parts)).toBe(3);
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
    expect(mints(parts)).toBe(8);
    // While it waits for the budget, the broken token counts as failing.
    parts.clock.advance(1_800);
    for (let index = 0; index < 4; index += 1) {
      await put(parts, 'token', `garbage at last ${index}`);
      if (index < 3) expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
    }
    parts.metrics.length = 0;
    const error = { code: 'ERR_MINT_BUDGET_SPENT' };
    const waiting = { reason: 'over-budget', outcome: 'failed', error, failing: true };
    expect(await countedTick(parts.run())).toMatchObject([{ ...waiting, isNews: true }]);
    expect(parts.metrics).toContainEqual(['Failing', 1]);
    expect(await statusOf(parts)).toMatch(/^failing code=ERR_MINT_BUDGET_SPENT since=\S+ cred/);
    parts.clock.advance(60);
    expect(await tick(parts.run())).toMatchObject([{ ...waiting, isNews: false }]);
    // Changes of tags do not put it off.
    await setTag(parts, 'fusion', tagKeys.product, 'workfront-fusion');
    parts.clock.advance(540);
    await tick(parts.run());
    expect(await statusOf(parts)).toBe('ok');
    expect((await readToken(parts, 'fusion'))?.SecretString).toContain('access_token');
  });
});

describe('a renewal', () => {
  it('asks IMS no more often than its budget when its tokens cannot be stored', async () => {
    const parts = await startWithToken();
    parts.secretsManager.faults.inject({ kind: 'denied' }, { when: callsOf('PutSecretValue') });
    for (let index = 0; index < 25; index += 1) {
      expect(await renew(parts.run(), 'fusion', force)).toMatchObject({ outcome: 'failed' });
    }
    expect(mints(parts)).toBe(3);
  });

  it('asks IMS no more often when no response arrives: IMS may have issued a token', async () => {
    const parts = await startWithToken();
    parts.ims.clearTokenRequests();
    parts.ims.faults.inject({ kind: 'reset' });
    for (let index = 0; index < 25; index += 1) {
      expect(await renew(parts.run(), 'fusion', force)).toMatchObject({ outcome: 'failed' });
    }
    // Three renewals, with four attempts each.
    expect(parts.ims.tokenRequests).toHaveLength(12);
  });

  it('asks IMS no more often when somebody puts an expired token before each', async () => {
    const parts = await startWithToken();
    const expired = {
      access_token: 'opaque',
      issued_at: '2026-11-21T12:00:00Z',
      expires_at: '2026-11-22T12:00:00Z',
    };
    for (let index = 0; index < 25; index += 1) {
      await put(parts, 'token', JSON.stringify({ ...expired, index }));
      await renew(parts.run(), 'fusion', { force: false });
    }
    expect(mints(parts)).toBe(3);
  });

  it('asks IMS no more often when each stored credential is another one that IMS rejects', async () => {
    const parts = await startWithToken();
    parts.ims.clearTokenRequests();
    for (let index = 0; index < 60; index += 1) {
      await put(parts, 'client', credential(`p8e-wrong-${index}`));
      await renew(parts.run(), 'fusion', { force: false });
    }
    expect(parts.ims.tokenRequests).toHaveLength(3);
    expect((await readToken(parts, 'fusion'))?.SecretString).toContain('access_token');
  });

  it('asks IMS no more often when its token secret is deleted and created again before each', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    const { memory } = parts.run();
    const [client, secret] = [plainClient(parts), `${prefix}/token`];
    for (let times = 0; times < 10; times += 1) {
      await client.send(
        new DeleteSecretCommand({ SecretId: secret, ForceDeleteWithoutRecovery: true }),
      );
      await client.send(new CreateSecretCommand({ Name: secret }));
      await renew({ ...parts.run(), memory }, 'fusion', { force: false });
      parts.clock.advance(1);
    }
    expect(parts.ims.mintCount).toBe(3);
  });

  it('keeps a thousand requests that tags tell of in its sandbox, and any number of others', async () => {
    const parts = await startWithToken();
    const memory = newMemory();
    const others = Array.from({ length: 1_000 }, (_, index) => `other${index}`);
    for (const other of others) memory.requests.set(other, [epochSeconds(parts.clock.seconds)]);
    const forced = async (): Promise<boolean> => {
      const replaces = (await readToken(parts, 'fusion'))?.VersionId;
      const run = startRun(parts.run(), memory);
      await renew(run, 'fusion', { ...force, replaces });
      return memory.requests.has('fusion');
    };
    const isKept = await forced();
    parts.secretsManager.faults.inject(
      { kind: 'denied' },
      { when: ({ action }) => action === 'TagResource' },
    );
    expect([isKept, await forced()]).toEqual([false, true]);
    memory.requests.delete('other0');
    memory.requests.delete('other1');
    parts.secretsManager.faults.clear();
    expect(await forced()).toBe(true);
  });

  it('forgets requests that no budget counts any more', async () => {
    const parts = await startWithToken();
    const memory = newMemory();
    const now = epochSeconds(parts.clock.seconds);
    memory.requests.set('young', [epochSeconds(now - requestMemory + 1)]);
    memory.requests.set('old', [epochSeconds(now - requestMemory)]);
    startRun(parts.run(), memory);
    expect([...memory.requests.keys()]).toEqual(['young']);
  });

  it('is not held back by what its sandbox remembers of a clock that was ahead', async () => {
    const parts = await startWithToken();
    const memory = newMemory();
    let ahead = 20 * 3_600;
    const now = () => epochSeconds(parts.clock.seconds + ahead);
    const forced = async (): Promise<string> => {
      const replaces = (await readToken(parts, 'fusion'))?.VersionId;
      const run = startRun({ ...parts.run(), now }, memory);
      return (await renew(run, 'fusion', { ...force, replaces })).outcome;
    };
    const outcomes = [await forced(), await forced(), await forced()];
    memory.reported.set('fusion ERR_TOKEN_REJECTED', now());
    ahead = 0;
    parts.clock.advance(3_600);
    expect([...outcomes, await forced()]).toEqual(Array(4).fill('renewed'));
    expect([...memory.reported]).toEqual([]);
  });

  it('shares its budget with rotations', async () => {
    const { parts, rotateSecret, step } = await startRotatingToken();
    const spent = 'ERR_MINT_BUDGET_SPENT';
    for (let index = 0; index < 25; index += 1) {
      if (index < 3) expect(await rotateSecret()).toEqual(index < 2 ? [] : [spent]);
      // Secrets Manager then tries again.
      else await expect(step('createSecret')).rejects.toMatchObject({ code: spent });
      const replaces = (await readToken(parts, 'fusion'))?.VersionId;
      const outcome = await renew(parts.run(), 'fusion', { ...force, replaces });
      if (index >= 1) expect(outcome).toMatchObject({ reason: 'over-budget' });
    }
    expect(mints(parts)).toBe(3);
    parts.clock.advance(600);
    await step('createSecret');
    expect(mints(parts)).toBe(4);
  });
});

describe('the record of token requests', () => {
  it('is written once for each renewal, however often IMS has to be asked', async () => {
    const parts = await startWithToken();
    const writes = writesOfTag(parts, tagKeys.requested);
    parts.ims.faults.inject({ kind: 'server-error', status: 503 }, { times: 2 });
    await renew(parts.run(), 'fusion', force);
    expect(writes).toEqual(['2026-11-22T23:00:00Z 2026-11-22T12:00:00Z']);
  });

  it('is not written when IMS is not asked', async () => {
    const parts = await startWithToken();
    const writes = writesOfTag(parts, tagKeys.requested);
    await put(parts, 'client', '{}');
    expect(await renew(parts.run(), 'fusion', force)).toMatchObject({
      error: { code: 'ERR_CREDENTIAL_INVALID' },
    });
    expect(writes).toEqual([]);
  });

  it.each([{ kind: 'denied' }, { kind: 'internal-error' }] as const)(
    'only warns when it cannot be written (%j), and is kept for the sandbox',
    async (fault) => {
      const parts = await startWithToken();
      parts.secretsManager.faults.inject(fault, { when: callsOf('TagResource') });
      const { memory } = parts.run();
      const forced = async (): Promise<string> => {
        const replaces = (await readToken(parts, 'fusion'))?.VersionId;
        const run = { ...parts.run(), memory };
        return (await renew(run, 'fusion', { ...force, replaces })).outcome;
      };
      expect(await forced()).toBe('renewed');
      expect(parts.lines.at(-2)).toMatchObject({
        level: 'warn',
        message: 'a token request could not be recorded in its tag',
        fields: { credential: 'fusion', code: expect.stringMatching(/^ERR_SECRET_/) },
      });
      for (const outcome of ['renewed', 'renewed', 'failed', 'failed']) {
        parts.clock.advance(1);
        expect(await forced()).toBe(outcome);
      }
      // Another sandbox knows of two tokens by their version ids.
      expect(await renew(parts.run(), 'fusion', { ...force, replaces: 'x' })).toBeDefined();
      expect(mints(parts)).toBe(3);
    },
  );
});
