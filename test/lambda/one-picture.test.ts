import { DescribeSecretCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { epochSeconds, formatInstant } from '../../core/instant.ts';
import type { Call } from '../../emulators/secrets-manager/fault.ts';
import { hour } from '../support/builders.ts';
import { countedTick, failureOf, tick } from '../support/outcomes.ts';
import {
  type Parts,
  plainClient,
  seedCredential,
  seedDueCredential,
  startParts,
} from '../support/start-parts.ts';

const tokenSecret = 'ims-token-rotator/prod/fusion/token';
const clientSecret = 'ims-token-rotator/prod/fusion/client';
const decryption = { kind: 'error', type: 'DecryptionFailure', message: 'no' } as const;
const denied = { kind: 'denied' } as const;

const of =
  (action: string, secretId?: string) =>
  (call: Call): boolean =>
    call.action === action && (secretId === undefined || call.secretId === secretId);

async function statusOf(parts: Parts): Promise<string | undefined> {
  const { Tags = [] } = await plainClient(parts).send(
    new DescribeSecretCommand({ SecretId: tokenSecret }),
  );
  return Tags.find(({ Key }) => Key === 'ims-token-rotator:status')?.Value;
}

describe('a failure that is remembered while the list lags', () => {
  it.each<[string, (parts: Parts) => unknown]>([
    ['a token that was stored by hand', (parts) => seedDueCredential(parts, 'fusion')],
    [
      'a token of its own',
      async (parts) => {
        seedCredential(parts, 'fusion');
        await tick(parts.run());
        parts.clock.advance(12 * hour);
      },
    ],
  ])('keeps its beginning, and is news once: %s', async (_, seed) => {
    const parts = await startParts();
    await seed(parts);
    parts.clock.advance(600);
    parts.secretsManager.listLagMs = 300_000;
    parts.secretsManager.faults.inject(decryption, { when: of('GetSecretValue', clientSecret) });
    expect(failureOf(await tick(parts.run()))?.message).toContain('ERR_SECRET_DECRYPTION');
    const status = await statusOf(parts);
    expect(status).toContain(`since=${formatInstant(epochSeconds(parts.clock.seconds))} `);
    // Lambda's retry of the failed invocation sees a list without the status.
    parts.clock.advance(64);
    expect(failureOf(await tick(parts.run()))).toBeUndefined();
    expect(await statusOf(parts)).toBe(status);
  });
});

describe('a fresh token with an old status', () => {
  it('fails nothing while its secrets cannot be read', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    await tick(parts.run());
    const Tags = [{ Key: 'ims-token-rotator:status', Value: 'failing of old' }];
    await plainClient(parts).send(new TagResourceCommand({ SecretId: tokenSecret, Tags }));
    parts.clock.advance(hour);
    for (const action of ['DescribeSecret', 'GetSecretValue']) {
      parts.secretsManager.faults.inject({ kind: 'internal-error' }, { when: of(action) });
      const outcomes = await tick(parts.run());
      expect(outcomes).toMatchObject([{ reason: 'token-fresh', outcome: 'kept', failing: false }]);
      expect(failureOf(outcomes)).toBeUndefined();
      parts.secretsManager.faults.clear();
    }
    // A recovery that was seen only in part does not count.
    expect(await statusOf(parts)).toBe('failing of old');
    await tick(parts.run());
    expect(await statusOf(parts)).toBe('ok');
  });
});

describe('an imported client secret that cannot be described', () => {
  async function startImported() {
    const parts = await startParts();
    parts.ims.registerClient({ clientId: 'id', clientSecrets: ['a-secret'], scopes: ['openid'] });
    const arn = parts.secretsManager.seed({
      name: 'team/adobe',
      secretString: '{"client_id":"id","client_secret":"a-secret","scope":"openid"}',
    });
    parts.secretsManager.seed({ name: tokenSecret });
    const config = { ...parts.run().config, clientSecrets: new Map([['fusion', arn]]) };
    const run = () => parts.run({ config });
    await tick(run());
    parts.clock.advance(hour);
    parts.secretsManager.faults.inject(denied, { when: of('DescribeSecret', arn) });
    return { parts, run, arn };
  }

  it('is read instead, so that its token is renewed', async () => {
    const { parts, run } = await startImported();
    expect(await tick(run())).toMatchObject([{ reason: 'token-fresh', failing: false }]);
    parts.clock.advance(12 * hour);
    expect(await tick(run())).toMatchObject([{ reason: 'token-expiring', outcome: 'renewed' }]);
  });

  it('fails once and waits when it cannot be read either, and its token counts', async () => {
    const { parts, run, arn } = await startImported();
    parts.secretsManager.faults.inject(denied, { when: of('GetSecretValue', arn) });
    const failed = await tick(run());
    expect(failed).toMatchObject([{ outcome: 'failed', failing: true, isNews: true }]);
    expect(await statusOf(parts)).toMatch(/^failing code=ERR_SECRET_ACCESS_DENIED .*retry-at=/);
    parts.metrics.length = 0;
    const waiting = await countedTick(run());
    expect(waiting).toMatchObject([{ reason: 'backing-off', outcome: 'kept', failing: true }]);
    expect(parts.metrics).toContainEqual(['MinSecondsToExpiry', 86_399 - hour]);
    parts.clock.advance(900);
    const again = await tick(run());
    expect(again).toMatchObject([{ outcome: 'failed', isNews: false }]);
    expect(failureOf(again)).toBeUndefined();
    // Once it can be seen again and the wait is over, so is the failure.
    parts.secretsManager.faults.clear();
    parts.clock.advance(hour);
    expect(await tick(run())).toMatchObject([{ reason: 'token-fresh', failing: false }]);
    expect(await statusOf(parts)).toBe('ok');
  });
});

describe('a token that was put there by hand', () => {
  it('counts in the least life left while a write is refused', async () => {
    const parts = await startParts();
    seedDueCredential(parts, 'fusion');
    const at = (seconds: number): string =>
      new Date((parts.clock.seconds + seconds) * 1000).toISOString();
    const secretString = JSON.stringify({
      access_token: 'the-old-token-0123456789',
      issued_at: at(-16 * hour),
      expires_at: at(8 * hour),
    });
    const versionId = '019ac0de-0000-4000-8000-000000000001';
    parts.secretsManager.seed({ name: tokenSecret, versionId, secretString });
    parts.secretsManager.faults.inject(denied, { when: of('PutSecretValue') });
    expect(await tick(parts.run())).toMatchObject([
      { error: { code: 'ERR_SECRET_ACCESS_DENIED' } },
    ]);
    parts.metrics.length = 0;
    const [outcome] = await countedTick(parts.run());
    expect(outcome).toMatchObject({ reason: 'backing-off', token: { lifetime: 24 * hour } });
    expect(parts.metrics).toContainEqual(['MinSecondsToExpiry', 8 * hour]);
  });
});

describe('a token that was put there by hand, while something cannot be read', () => {
  const byHand = (parts: Parts, left: number, versionId: string): void => {
    const at = (seconds: number): string =>
      new Date((parts.clock.seconds + seconds) * 1000).toISOString();
    const secretString = JSON.stringify({
      access_token: 'the-old-token-0123456789',
      issued_at: at(left - 24 * hour),
      expires_at: at(left),
    });
    parts.secretsManager.seed({ name: tokenSecret, versionId, secretString });
  };

  it('does not fail for a credential that the list does not show yet', async () => {
    const parts = await startParts();
    byHand(parts, 20 * hour, '019ac0de-0000-4000-8000-000000000002');
    parts.clock.advance(600);
    parts.secretsManager.listLagMs = 300_000;
    const secretString = '{"client_id":"id","client_secret":"a-secret","scope":"openid"}';
    parts.secretsManager.seed({ name: clientSecret, secretString });
    const outcomes = await tick(parts.run());
    expect(outcomes).toMatchObject([{ reason: 'token-fresh', outcome: 'kept', failing: false }]);
    expect(await statusOf(parts)).toBeUndefined();
  });

  it.each([
    ['its credential', of('GetSecretValue', clientSecret)],
    ['its description', of('DescribeSecret')],
  ])('counts with its expiry, although %s is denied', async (_, when) => {
    const parts = await startParts();
    seedDueCredential(parts, 'fusion');
    parts.secretsManager.faults.inject(denied, { when });
    const [outcome] = await countedTick(parts.run());
    expect(outcome).toMatchObject({
      reason: 'token-expiring',
      outcome: 'failed',
      token: { expiresAt: parts.clock.seconds + 60 },
    });
    expect(parts.metrics).toContainEqual(['MinSecondsToExpiry', 60]);
    parts.secretsManager.faults.clear();
    // The last two ticks before the expiry do not wait.
    expect(await statusOf(parts)).toContain('retry-at=2026-11-22T12:00:00Z');
  });

  it('is reported when it cannot be read while its credential waits, without a longer wait', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    byHand(parts, 8 * hour, '019ac0de-0000-4000-8000-000000000003');
    parts.ims.faults.inject({ kind: 'server-error', status: 403 });
    await tick(parts.run());
    const retryAt = /retry-at=\S+/.exec((await statusOf(parts)) ?? '')?.[0];
    const when = (call: Call): boolean =>
      call.action === 'GetSecretValue' && call.secretId?.includes('/token') === true;
    parts.secretsManager.faults.inject(denied, { when });
    const failed = await tick(parts.run());
    expect(failed).toMatchObject([
      { reason: 'backing-off', error: { code: 'ERR_SECRET_ACCESS_DENIED' }, isNews: true },
    ]);
    const status = await statusOf(parts);
    expect(status).toContain(`code=ERR_SECRET_ACCESS_DENIED`);
    expect(status).toContain(retryAt);
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'failed', isNews: false }]);
    expect(await statusOf(parts)).toBe(status);
  });
});

describe('a standing failure of a fresh token', () => {
  it('still counts while nothing can be read, or no time is left', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    await tick(parts.run());
    parts.clock.advance(13 * hour);
    parts.ims.faults.inject({ kind: 'reset' });
    await tick(parts.run());
    expect(await statusOf(parts)).toMatch(/^failing code=ERR_TOKEN_UNAVAILABLE/);
    parts.ims.faults.clear();
    // To a run whose clock is four hours behind, the token is fresh.
    const now = () => epochSeconds(parts.clock.seconds - 4 * hour);
    parts.secretsManager.faults.inject({ kind: 'internal-error' }, { when: of('DescribeSecret') });
    const [kept] = await tick(parts.run({ now }));
    expect(kept).toMatchObject({ reason: 'token-fresh', outcome: 'kept', failing: true });
    const [deferred] = await tick(parts.run({ now, remaining: () => 5 }));
    expect(deferred).toMatchObject({ outcome: 'deferred', failing: true });
  });
});
