import {
  DescribeSecretCommand,
  PutSecretValueCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tickError } from '../../core/run-result.ts';
import type { Call } from '../../emulators/secrets-manager/fault.ts';
import { renew } from '../../lambda/commands/renew.ts';
import { tick } from '../../lambda/commands/tick.ts';
import { hour } from '../support/builders.ts';
import { type Parts, plainClient, seedCredential, startParts } from '../support/start-parts.ts';

const prefix = 'ims-token-rotator/prod/fusion';
const statusKey = 'ims-token-rotator:status';

async function statusOf(parts: Parts): Promise<string | undefined> {
  const { Tags = [] } = await plainClient(parts).send(
    new DescribeSecretCommand({ SecretId: `${prefix}/token` }),
  );
  return Tags.find(({ Key }) => Key === statusKey)?.Value;
}

async function setStatus(parts: Parts, Value: string): Promise<void> {
  await plainClient(parts).send(
    new TagResourceCommand({ SecretId: `${prefix}/token`, Tags: [{ Key: statusKey, Value }] }),
  );
}

const writes = ({ secretsManager }: Parts): number =>
  secretsManager.calls.filter(({ action }) => action === 'TagResource').length;

const rejectAll = ({ ims }: Parts): void => {
  ims.client('client-fusion').removeSecret('secret-of-fusion');
};

async function startCredential(): Promise<Parts> {
  const parts = await startParts();
  seedCredential(parts, 'fusion');
  return parts;
}

describe('a final failure', () => {
  it('is remembered, waits longer and longer, and fails the invocation once', async () => {
    const parts = await startCredential();
    rejectAll(parts);
    const asked: string[] = [];
    let failedInvocations = 0;
    for (let minutes = 0; minutes <= 240; minutes += 15) {
      parts.ims.clearTokenRequests();
      const outcomes = await tick(parts.run());
      expect(outcomes).toMatchObject([{ failing: true }]);
      if (parts.ims.tokenRequests.length > 0) asked.push(`${minutes}: ${outcomes[0]?.outcome}`);
      else expect(outcomes).toMatchObject([{ reason: 'backing-off', outcome: 'kept' }]);
      if (tickError(outcomes) !== undefined) failedInvocations += 1;
      parts.clock.advance(900);
    }
    expect(asked).toEqual(
      ['0', '15', '30', '60', '120', '180', '240'].map((at) => `${at}: failed`),
    );
    expect(failedInvocations).toBe(1);
    expect(await statusOf(parts)).toMatch(
      /^failing code=ERR_TOKEN_REJECTED\/invalid_client since=2026-11-22T12:00:00Z retry-at=2026-11-22T17:00:00Z credential=[0-9a-f]{8}$/,
    );
  });

  it('is over at once with a new credential version', async () => {
    const parts = await startCredential();
    rejectAll(parts);
    await tick(parts.run());
    parts.ims.client('client-fusion').addSecret('a-new-secret');
    await plainClient(parts).send(
      new PutSecretValueCommand({
        SecretId: `${prefix}/client`,
        SecretString:
          '{"client_id":"client-fusion","client_secret":"a-new-secret","scope":"openid"}',
      }),
    );
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed', failing: false }]);
    expect(await statusOf(parts)).toBe('ok');
  });

  it('is over at once with a forced run, which asks although the rest waits', async () => {
    const parts = await startCredential();
    rejectAll(parts);
    await tick(parts.run());
    expect(await renew(parts.run(), 'fusion', { force: false })).toMatchObject({
      outcome: 'failed',
      error: { code: 'ERR_BACKING_OFF' },
      isNews: true,
    });
    parts.ims.client('client-fusion').addSecret('secret-of-fusion');
    expect(await renew(parts.run(), 'fusion', { force: true })).toMatchObject({
      reason: 'forced',
      outcome: 'renewed',
    });
    expect(await statusOf(parts)).toBe('ok');
  });

  it('that is cured at Adobe is over within an hour and a tick', async () => {
    const parts = await startCredential();
    rejectAll(parts);
    for (let ticks = 0; ticks < 100; ticks += 1) {
      await tick(parts.run());
      parts.clock.advance(900);
    }
    parts.ims.client('client-fusion').addSecret('secret-of-fusion');
    const cured = parts.clock.seconds;
    while (parts.ims.mintCount === 0) {
      await tick(parts.run());
      parts.clock.advance(900);
    }
    expect(parts.clock.seconds - cured).toBeLessThanOrEqual(hour + 900);
  });

  it('of a token that is not later waits too', async () => {
    const parts = await startCredential();
    await tick(parts.run());
    parts.clock.advance(12 * hour);
    parts.ims.faults.inject({ kind: 'claims-disagree', lifetimeSeconds: hour });
    expect(await tick(parts.run())).toMatchObject([{ error: { code: 'ERR_TOKEN_NOT_LATER' } }]);
    expect(parts.ims.mintCount).toBe(2);
    parts.clock.advance(60);
    expect(await tick(parts.run())).toMatchObject([{ reason: 'backing-off' }]);
    expect(parts.ims.mintCount).toBe(2);
  });
});

describe('a transient failure', () => {
  it('of 24 hours is one failed invocation, two writes, and 4 requests for each tick', async () => {
    const parts = await startCredential();
    await tick(parts.run());
    parts.clock.advance(12 * hour);
    parts.ims.clearTokenRequests();
    parts.ims.faults.inject({ kind: 'server-error', status: 503 });
    const ticks = (24 * hour) / 900;
    let failedInvocations = 0;
    for (let count = 0; count < ticks; count += 1) {
      const outcomes = await tick(parts.run());
      expect(outcomes).toMatchObject([{ outcome: 'failed', failing: true }]);
      if (tickError(outcomes) !== undefined) failedInvocations += 1;
      parts.clock.advance(900);
    }
    expect(failedInvocations).toBe(1);
    expect(parts.ims.tokenRequests).toHaveLength(ticks * 4);
    expect(await statusOf(parts)).toMatch(
      /^failing code=ERR_TOKEN_UNAVAILABLE since=2026-11-23T00:00:00Z credential=[0-9a-f]{8}$/,
    );
    parts.ims.faults.clear();
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed', failing: false }]);
    expect(await statusOf(parts)).toBe('ok');
    expect(writes(parts)).toBe(2);
  });
});

describe('the status', () => {
  it('is set to ok on a credential that needs nothing', async () => {
    const parts = await startCredential();
    await tick(parts.run());
    await setStatus(parts, 'failing code=ERR_TOKEN_UNAVAILABLE since=x credential=00000001');
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'kept', failing: false }]);
    expect(await statusOf(parts)).toBe('ok');
    parts.secretsManager.clearCalls();
    await tick(parts.run());
    expect(parts.secretsManager.calls.map(({ action }) => action)).toEqual(['ListSecrets']);
  });

  it('of 2099 stops nothing', async () => {
    const parts = await startCredential();
    await setStatus(
      parts,
      'failing code=ERR_TOKEN_REJECTED since=2026-11-22T12:00:00Z ' +
        'retry-at=2099-01-01T00:00:00Z credential=00000000',
    );
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
  });

  it('says nothing of a forced run that failed on a token that is not due', async () => {
    const parts = await startCredential();
    await tick(parts.run());
    parts.clock.advance(hour);
    rejectAll(parts);
    expect(await renew(parts.run(), 'fusion', { force: true })).toMatchObject({
      outcome: 'failed',
      error: { code: 'ERR_TOKEN_REJECTED' },
    });
    expect(await statusOf(parts)).toBeUndefined();
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-fresh', failing: false }]);
  });

  it('that cannot be written fails the run under a code of its own, every time', async () => {
    const parts = await startCredential();
    rejectAll(parts);
    const when = ({ action }: Call): boolean => action === 'TagResource';
    parts.secretsManager.faults.inject({ kind: 'denied' }, { when });
    for (let ticks = 0; ticks < 2; ticks += 1) {
      expect(tickError(await tick(parts.run()))?.message).toBe(
        'fusion: ERR_TOKEN_REJECTED: IMS answered 400 invalid_client (invalid client_secret parameter)\n' +
          `fusion: ERR_STATUS_NOT_WRITTEN: the status of ${prefix}/token could not be written: ERR_SECRET_ACCESS_DENIED`,
      );
    }
  });

  it('that cannot be set to ok fails the run, although the token is renewed', async () => {
    const parts = await startCredential();
    await setStatus(parts, 'failing code=ERR_TOKEN_REJECTED since=x credential=00000000');
    const when = ({ action }: Call): boolean => action === 'TagResource';
    parts.secretsManager.faults.inject({ kind: 'throttling' }, { when });
    const outcomes = await tick(parts.run());
    expect(outcomes).toMatchObject([{ outcome: 'renewed' }]);
    expect(tickError(outcomes)?.message).toContain('fusion: ERR_STATUS_NOT_WRITTEN');
  });

  it('remembers that the credential of a stored token is gone, once', async () => {
    const parts = await startCredential();
    await tick(parts.run());
    parts.secretsManager.seed({ name: `${prefix}/client` });
    const first = await tick(parts.run());
    expect(first).toMatchObject([
      { reason: 'credential-missing', outcome: 'failed', failing: true, isNews: true },
    ]);
    expect(await statusOf(parts)).toMatch(
      /^failing code=ERR_CREDENTIAL_MISSING since=\S+ credential=00000000$/,
    );
    expect(await tick(parts.run())).toMatchObject([{ failing: true, isNews: false }]);
    expect(writes(parts)).toBe(1);
  });
});
