import { describe, expect, it } from 'vitest';
import type { ImsEmulator } from '../../../emulators/ims/emulator.ts';
import {
  Clock,
  clientId,
  clientSecret,
  mint,
  otherCredentials,
  registerOther,
  requestToken,
  startIms,
  type TokenBody,
} from './start-ims.ts';

describe('a registered client', () => {
  const outcome = async (ims: ImsEmulator, changes: Record<string, string>): Promise<number> =>
    (await requestToken(ims, changes)).status;

  it('can use either of its secrets', async () => {
    const ims = await startIms();
    expect(await outcome(ims, { client_secret: clientSecret })).toBe(200);
    expect(await outcome(ims, { client_secret: 'p8e-acme-two' })).toBe(200);
  });

  it('can lose and gain a secret, and keeps its tokens', async () => {
    const ims = await startIms();
    const token = await mint(ims);
    ims.client(clientId).removeSecret(clientSecret);
    ims.client(clientId).addSecret('p8e-acme-three');
    expect(await outcome(ims, { client_secret: clientSecret })).toBe(400);
    expect(await outcome(ims, { client_secret: 'p8e-acme-three' })).toBe(200);
    expect(ims.isValid(token)).toBe(true);
  });

  it('has a record of its secrets: when they were added, used and deleted', async () => {
    const clock = new Clock();
    const ims = await startIms({ now: clock.now });
    const at = clock.milliseconds;
    clock.advance(60);
    await mint(ims);
    await mint(ims, { scope: 'not-granted', client_secret: 'p8e-acme-two' });
    clock.advance(60);
    ims.client(clientId).removeSecret(clientSecret);
    const common = { createdAt: at, createdBy: 'person' };
    const deleted = { deletedAt: at + 120_000, deletedBy: 'person' };
    expect(ims.client(clientId).secrets).toMatchObject([
      { ...common, lastUsedAt: at + 60_000, ...deleted },
      { ...common, lastUsedAt: undefined, deletedAt: undefined },
    ]);
    expect(ims.client(clientId).liveSecrets).toHaveLength(1);
    expect(JSON.stringify(ims.client(clientId).secrets)).not.toContain(clientSecret);
  });

  it('can be granted other scopes', async () => {
    const ims = await startIms();
    ims.client(clientId).scopes = ['firefly_api'];
    expect(await outcome(ims, { scope: 'firefly_api' })).toBe(200);
    expect(await outcome(ims, { scope: 'openid' })).toBe(400);
  });

  it('can have its own token lifetime, which can change', async () => {
    const ims = await startIms();
    const other = registerOther(ims, { lifetimeSeconds: 3599 });
    const expiresIn = async () => {
      const response = await requestToken(ims, otherCredentials);
      return ((await response.json()) as TokenBody).expires_in;
    };
    expect(await expiresIn()).toBe(3599);
    other.lifetimeSeconds = 60;
    expect(await expiresIn()).toBe(60);
  });

  it('has a count of the tokens issued to it', async () => {
    const ims = await startIms();
    const other = registerOther(ims);
    await mint(ims);
    await mint(ims);
    await mint(ims, otherCredentials);
    await mint(ims, { client_secret: 'p8e-wrong' });
    expect(ims.mintCount).toBe(3);
    expect(ims.client(clientId).mintCount).toBe(2);
    expect(other.mintCount).toBe(1);
  });

  it('is unknown once removed, and cannot be registered twice', async () => {
    const ims = await startIms();
    const again = { clientId, clientSecrets: ['p8e-new'], scopes: [] };
    expect(() => ims.registerClient(again)).toThrow('client is registered already: acme-client');
    ims.removeClient(clientId);
    expect(await outcome(ims, {})).toBe(400);
    expect(() => ims.client(clientId)).toThrow('no such client: acme-client');
    ims.registerClient(again);
    expect(ims.client(clientId).mintCount).toBe(0);
  });
});
