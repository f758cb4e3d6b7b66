import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { RotatorError } from '../../../core/errors.ts';
import type { SecretStore } from '../../../core/ports.ts';
import type { Call } from '../../../emulators/secrets-manager/fault.ts';
import { renew } from '../../../lambda/commands/renew.ts';
import { hour } from '../../support/builders.ts';
import { replacing, secretId, startCredential, statusOf } from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import { type Parts, plainClient, seedCredential, startParts } from '../../support/start-parts.ts';

describe('a token secret that cannot be written', () => {
  const SecretId = secretId('fusion', 'token');

  it.each<[string, (parts: Parts) => unknown]>([
    [
      'is a replica',
      ({ secretsManager }) => secretsManager.seed({ name: SecretId, primaryRegion: 'eu-west-1' }),
    ],
    [
      'is scheduled for deletion',
      (parts) => plainClient(parts).send(new DeleteSecretCommand({ SecretId })),
    ],
  ])('costs no mint when it %s', async (_, spoil) => {
    const parts = await startCredential();
    await spoil(parts);
    expect(await renew(parts.run(), 'fusion', { force: true })).toMatchObject({
      reason: 'token-secret-missing',
      error: { code: 'ERR_TOKEN_SECRET_MISSING' },
    });
    expect(parts.ims.mintCount).toBe(0);
  });
});

it('the HTTP client for IMS is loaded while Secrets Manager answers, once a token is due', async () => {
  const parts = await startCredential();
  const events: string[] = [];
  const { secrets, tokenEndpoint } = parts.run();
  const run = () =>
    parts.run({
      secrets: new Proxy(secrets, {
        get: (target, key: keyof SecretStore) =>
          key === 'describe'
            ? async (id: string, signal: AbortSignal) => {
                const described = await target.describe(id, signal);
                events.push('answered');
                return described;
              }
            : target[key].bind(target),
      }),
      tokenEndpoint: {
        prepare: () => events.push('loads'),
        request: (grant, signal) => tokenEndpoint.request(grant, signal),
        validate: (token, signal) => tokenEndpoint.validate(token, signal),
      },
    });
  expect(await tick(run())).toMatchObject([{ outcome: 'renewed' }]);
  expect(events).toEqual(['loads', 'answered']);
  await tick(run());
  expect(events).toHaveLength(2);
});

it('when one of the two reads fails, the other one is awaited', async () => {
  const parts = await startCredential();
  const { secrets } = parts.run();
  const described = Promise.withResolvers<void>();
  let isReading = false;
  const broken = replacing(secrets, {
    describe: () => {
      described.resolve();
      return Promise.reject(new RotatorError('ERR_SECRET_ACCESS_DENIED', 'denied'));
    },
    read: async (id, signal) => {
      isReading = true;
      await described.promise;
      // Whoever does not wait for this has ended by then.
      await new Promise((resolve) => setImmediate(resolve));
      const value = await secrets.read(id, signal);
      isReading = false;
      return value;
    },
  });
  const run = parts.run({ secrets: broken });
  expect(await renew(run, 'fusion', { force: false })).toMatchObject({
    error: { code: 'ERR_SECRET_ACCESS_DENIED' },
  });
  expect(isReading).toBe(false);
});

describe('a client secret that cannot be read', () => {
  const readsClient = ({ action, secretId: id = '' }: Call): boolean =>
    action === 'GetSecretValue' && id.endsWith('/client');

  it('fails a credential that is due, and its failure is remembered for its current version', async () => {
    const parts = await startCredential();
    await tick(parts.run());
    parts.clock.advance(12 * hour);
    parts.secretsManager.faults.inject({ kind: 'denied' }, { when: readsClient });
    expect(await tick(parts.run())).toMatchObject([
      {
        reason: 'token-expiring',
        outcome: 'failed',
        error: { code: 'ERR_SECRET_ACCESS_DENIED' },
      },
    ]);
    expect(await statusOf(parts)).toMatch(/^failing code=ERR_SECRET_ACCESS_DENIED since=/);
    expect(await tick(parts.run())).toMatchObject([{ reason: 'backing-off', failing: true }]);
  });

  it('does not stop the renewal of other credentials', async () => {
    const parts = await startParts();
    seedCredential(parts, 'healthy');
    parts.secretsManager.seed({ name: secretId('foreign', 'token'), secretString: 'by hand' });
    parts.secretsManager.seed({ name: secretId('foreign', 'client'), secretString: '{}' });
    const when = ({ action, secretId: id = '' }: Call): boolean =>
      action === 'GetSecretValue' && id.includes('/foreign/');
    parts.secretsManager.faults.inject({ kind: 'denied' }, { when });
    const outcomes = await tick(parts.run());
    expect(outcomes.toSorted((a, b) => (a.credential < b.credential ? -1 : 1))).toMatchObject([
      { credential: 'foreign', outcome: 'failed', error: { code: 'ERR_SECRET_ACCESS_DENIED' } },
      { credential: 'healthy', outcome: 'renewed' },
    ]);
  });
});
