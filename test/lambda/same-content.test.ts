import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import type { Call } from '../../emulators/secrets-manager/fault.ts';
import { renew } from '../../lambda/commands/renew.ts';
import { hour } from '../support/builders.ts';
import { secretId, setTag, startCredential, statusOf } from '../support/credential.ts';
import { tick } from '../support/outcomes.ts';
import { clientSecretOf, type Parts, plainClient } from '../support/start-parts.ts';

const unforced = { force: false };

const credential = (clientSecret: string): string =>
  JSON.stringify({ client_id: 'client-fusion', client_secret: clientSecret, scope: 'openid' });

async function put(parts: Parts, SecretString: string): Promise<void> {
  const command = new PutSecretValueCommand({
    SecretId: secretId('fusion', 'client'),
    SecretString,
  });
  await plainClient(parts).send(command);
}

/** Starts with a token that is one hour old. */
async function startWithToken(): Promise<Parts> {
  const parts = await startCredential();
  await tick(parts.run());
  parts.clock.advance(hour);
  parts.ims.clearTokenRequests();
  return parts;
}

describe('a rejected credential that is stored again with the same content', () => {
  it('goes on waiting, is no news, and asks IMS as often as if it had been stored once', async () => {
    const parts = await startWithToken();
    await put(parts, credential('p8e-wrong'));
    const [first] = await tick(parts.run());
    expect(first).toMatchObject({ reason: 'credential-changed', failing: true, isNews: true });
    const [, since] = /since=(\S+) /.exec((await statusOf(parts)) ?? '') ?? [];
    // The event of each version comes at once; ticks come every 15 minutes.
    for (let minutes = 1; minutes <= 60; minutes += 1) {
      parts.clock.advance(60);
      await put(parts, credential('p8e-wrong'));
      await renew(parts.run(), 'fusion', unforced);
      if (minutes % 15 !== 0) continue;
      expect(await tick(parts.run())).toMatchObject([{ failing: true, isNews: false }]);
      expect(await statusOf(parts)).toContain(`since=${since}`);
    }
    // At 0; at 8, because half a tick early counts as due; and at 23 and 45 minutes: the wait grows.
    expect(parts.ims.tokenRequests.length).toBeLessThanOrEqual(5);
  });

  it('is asked for at once when its content is another', async () => {
    const parts = await startWithToken();
    await put(parts, credential('p8e-wrong'));
    await tick(parts.run());
    await put(parts, credential('p8e-wrong'));
    await tick(parts.run());
    await put(parts, credential(clientSecretOf('fusion')));
    // What the token was minted from needs no new one.
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-fresh', failing: false }]);
    expect(await statusOf(parts)).toBe('ok');
    await put(parts, credential('p8e-another'));
    expect(await tick(parts.run())).toMatchObject([{ reason: 'credential-changed' }]);
    expect(parts.ims.tokenRequests).toHaveLength(2);
  });

  it.each([
    ['cannot be read', 'denied'],
    ['cannot be read now', 'internal-error'],
  ] as const)('is renewed within its budget when the version before %s', async (_, kind) => {
    const parts = await startWithToken();
    await setTag(parts, 'fusion', tagKeys.paused, 'false');
    await put(parts, credential('p8e-wrong'));
    parts.clock.advance(23 * hour);
    await tick(parts.run());
    await put(parts, credential('p8e-wrong'));
    const readsPrevious = ({ body }: Call): boolean => body['VersionStage'] === 'AWSPREVIOUS';
    parts.secretsManager.faults.inject({ kind }, { when: readsPrevious });
    expect(await tick(parts.run())).toMatchObject([{ error: { code: 'ERR_TOKEN_REJECTED' } }]);
    expect(parts.ims.tokenRequests).toHaveLength(2);
  });
});

describe('a credential whose versions cannot be compared', () => {
  const readsOld = ({ action, body }: Call): boolean =>
    action === 'GetSecretValue' && body['VersionId'] !== undefined;

  it('keeps its token until the next tick when that may pass', async () => {
    const parts = await startWithToken();
    await put(parts, credential(clientSecretOf('fusion')));
    parts.secretsManager.faults.inject({ kind: 'internal-error' }, { when: readsOld });
    const kept = { reason: 'token-fresh', outcome: 'kept', failing: false };
    expect(await tick(parts.run())).toMatchObject([kept]);
    expect(parts.ims.tokenRequests).toHaveLength(0);
    // A recovery that was seen only in part does not count.
    await setTag(parts, 'fusion', tagKeys.status, 'failing of old');
    expect(await tick(parts.run())).toMatchObject([kept]);
    expect(await statusOf(parts)).toBe('failing of old');
    // A due token is renewed all the same.
    parts.clock.advance(12 * hour);
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
  });

  it('gets a new token when that will not pass', async () => {
    const parts = await startWithToken();
    await put(parts, credential(clientSecretOf('fusion')));
    parts.secretsManager.faults.inject({ kind: 'denied' }, { when: readsOld });
    expect(await tick(parts.run())).toMatchObject([
      { reason: 'credential-changed', outcome: 'renewed' },
    ]);
  });

  it('gets a new token when that is a bug, which nobody would hear of until the token is due', async () => {
    const parts = await startWithToken();
    await put(parts, credential(clientSecretOf('fusion')));
    const secrets = new Proxy(parts.run().secrets, {
      get: (target, name) =>
        name === 'readVersion'
          ? () => Promise.reject(new TypeError('a bug'))
          : Reflect.get(target, name).bind(target),
    });
    expect(await tick(parts.run({ secrets }))).toMatchObject([
      { reason: 'credential-changed', outcome: 'renewed' },
    ]);
  });

  it('gets a new token when the version that it was minted from is gone', async () => {
    const parts = await startWithToken();
    for (let index = 0; index < 3; index += 1)
      await put(parts, credential(clientSecretOf('fusion')));
    const gone = { kind: 'error', type: 'ResourceNotFoundException', message: 'no' } as const;
    parts.secretsManager.faults.inject(gone, { when: readsOld });
    expect(await tick(parts.run())).toMatchObject([
      { reason: 'credential-changed', outcome: 'renewed' },
    ]);
  });
});
