import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../../core/contract.ts';
import { renew } from '../../../lambda/commands/renew.ts';
import { hour } from '../../support/builders.ts';
import {
  callsOf,
  secretId,
  setTag,
  startCredential,
  statusOf,
  storeCredential,
  writesOfTag,
} from '../../support/credential.ts';
import { failureOf, tick } from '../../support/outcomes.ts';
import { clientSecretOf, type Parts } from '../../support/start-parts.ts';

const setStatus = (parts: Parts, status: string): Promise<void> =>
  setTag(parts, 'fusion', tagKeys.status, status);

const rejectAll = ({ ims }: Parts): void => {
  ims.client('client-fusion').removeSecret(clientSecretOf('fusion'));
};

const acceptAgain = ({ ims }: Parts): void => {
  ims.client('client-fusion').addSecret(clientSecretOf('fusion'));
};

describe('a final failure', () => {
  it('is remembered, is retried at growing intervals, and fails the invocation once', async () => {
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
      if (failureOf(outcomes) !== undefined) failedInvocations += 1;
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

  it('ends as soon as a new version of the credential is stored', async () => {
    const parts = await startCredential();
    rejectAll(parts);
    await tick(parts.run());
    parts.ims.client('client-fusion').addSecret('a-new-secret');
    storeCredential(parts, 'fusion', {
      client_id: 'client-fusion',
      client_secret: 'a-new-secret',
      scope: 'openid',
    });
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed', failing: false }]);
    expect(await statusOf(parts)).toBe('ok');
  });

  it('ends with a forced renewal, which does not wait', async () => {
    const parts = await startCredential();
    rejectAll(parts);
    await tick(parts.run());
    expect(await renew(parts.run(), 'fusion', { force: false })).toMatchObject({
      outcome: 'failed',
      error: { code: 'ERR_BACKING_OFF' },
      isNews: true,
    });
    acceptAgain(parts);
    expect(await renew(parts.run(), 'fusion', { force: true })).toMatchObject({
      reason: 'forced',
      outcome: 'renewed',
    });
    expect(await statusOf(parts)).toBe('ok');
  });

  it('that is fixed at Adobe ends within an hour and a tick', async () => {
    const parts = await startCredential();
    rejectAll(parts);
    for (let ticks = 0; ticks < 100; ticks += 1) {
      await tick(parts.run());
      parts.clock.advance(900);
    }
    acceptAgain(parts);
    const fixed = parts.clock.seconds;
    while (parts.ims.mintCount === 0) {
      await tick(parts.run());
      parts.clock.advance(900);
    }
    expect(parts.clock.seconds - fixed).toBeLessThanOrEqual(hour + 900);
  });

  it('is also a token that does not expire later', async () => {
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

  it('is news again when it is another final failure', async () => {
    const parts = await startCredential();
    rejectAll(parts);
    expect(failureOf(await tick(parts.run()))).toBeDefined();
    acceptAgain(parts);
    parts.ims.client('client-fusion').scopes = [];
    parts.clock.advance(900);
    expect(failureOf(await tick(parts.run()))?.message).toContain('invalid_scope');
  });

  it('fails the invocation once when it alternates with a transient failure', async () => {
    const parts = await startCredential();
    let failedInvocations = 0;
    for (let ticks = 0; ticks < 24; ticks += 1) {
      parts.ims.faults.clear();
      parts.ims.faults.inject({ kind: 'server-error', status: ticks % 2 === 0 ? 403 : 503 });
      if (failureOf(await tick(parts.run())) !== undefined) failedInvocations += 1;
      parts.clock.advance(900);
    }
    expect(failedInvocations).toBe(1);
  });
});

describe('a transient failure', () => {
  it('of 24 hours fails one invocation, writes the status twice, and makes 4 requests a tick', async () => {
    const parts = await startCredential();
    const statuses = writesOfTag(parts, tagKeys.status);
    await tick(parts.run());
    parts.clock.advance(12 * hour);
    parts.ims.clearTokenRequests();
    parts.ims.faults.inject({ kind: 'server-error', status: 503 });
    const ticks = (24 * hour) / 900;
    let failedInvocations = 0;
    for (let count = 0; count < ticks; count += 1) {
      const outcomes = await tick(parts.run());
      expect(outcomes).toMatchObject([{ outcome: 'failed', failing: true }]);
      if (failureOf(outcomes) !== undefined) failedInvocations += 1;
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
    expect(statuses).toHaveLength(2);
  });
});

describe('the status tag', () => {
  it('is set to ok when the token is fresh', async () => {
    const parts = await startCredential();
    await tick(parts.run());
    await setStatus(parts, 'failing code=ERR_TOKEN_UNAVAILABLE since=x credential=00000001');
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'kept', failing: false }]);
    expect(await statusOf(parts)).toBe('ok');
    parts.secretsManager.clearCalls();
    await tick(parts.run());
    expect(parts.secretsManager.calls.map(({ action }) => action)).toEqual(['ListSecrets']);
  });

  it('is set to ok although the list does not show the failure yet', async () => {
    const parts = await startCredential();
    parts.clock.advance(301);
    parts.secretsManager.listLagMs = 300_000;
    parts.ims.faults.inject({ kind: 'reset' });
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'failed' }]);
    expect(await statusOf(parts)).toMatch(/^failing /);
    parts.ims.faults.clear();
    parts.clock.advance(60);
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
    expect(await statusOf(parts)).toBe('ok');
  });

  it('does not stop a renewal with a retry-at in 2099', async () => {
    const parts = await startCredential();
    await setStatus(
      parts,
      'failing code=ERR_TOKEN_REJECTED since=2026-11-22T12:00:00Z ' +
        'retry-at=2099-01-01T00:00:00Z credential=00000000',
    );
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
  });

  it('is not written when a forced renewal of a fresh token fails', async () => {
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

  it('fails every run with its own code while it cannot be written', async () => {
    const parts = await startCredential();
    rejectAll(parts);
    const when = callsOf('TagResource');
    parts.secretsManager.faults.inject({ kind: 'denied' }, { when });
    for (let ticks = 0; ticks < 2; ticks += 1) {
      expect(failureOf(await tick(parts.run()))?.message).toBe(
        'fusion: ERR_TOKEN_REJECTED: IMS answered 400 invalid_client (invalid client_secret parameter)\n' +
          `fusion: ERR_STATUS_NOT_WRITTEN: the status of ${secretId('fusion', 'token')} could not be written: ERR_SECRET_ACCESS_DENIED`,
      );
    }
  });

  it('fails the run when it cannot be set to ok, although the token is renewed', async () => {
    const parts = await startCredential();
    await setStatus(parts, 'failing code=ERR_TOKEN_REJECTED since=x credential=00000000');
    const when = callsOf('TagResource');
    parts.secretsManager.faults.inject({ kind: 'throttling' }, { when });
    const outcomes = await tick(parts.run());
    expect(outcomes).toMatchObject([{ outcome: 'renewed' }]);
    expect(failureOf(outcomes)?.message).toContain('fusion: ERR_STATUS_NOT_WRITTEN');
  });

  it('records once that the credential of a stored token is gone', async () => {
    const parts = await startCredential();
    const statuses = writesOfTag(parts, tagKeys.status);
    await tick(parts.run());
    parts.secretsManager.seed({ name: secretId('fusion', 'client') });
    const first = await tick(parts.run());
    expect(first).toMatchObject([
      { reason: 'credential-missing', outcome: 'failed', failing: true, isNews: true },
    ]);
    expect(await statusOf(parts)).toMatch(
      /^failing code=ERR_CREDENTIAL_MISSING since=\S+ credential=00000000$/,
    );
    expect(await tick(parts.run())).toMatchObject([{ failing: true, isNews: false }]);
    expect(statuses).toHaveLength(1);
  });
});
