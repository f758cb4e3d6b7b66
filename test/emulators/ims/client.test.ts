import { describe, expect, it } from 'vitest';
import type { ImsEmulator } from '../../../emulators/ims/emulator.ts';
import { clientId, clientSecret, mint, requestToken, startIms } from './start-ims.ts';

describe('a registered client', () => {
  const outcome = async (ims: ImsEmulator, changes: Record<string, string>): Promise<number> =>
    (await requestToken(ims, changes)).status;

  it('may use either of its secrets', async () => {
    const ims = await startIms();
    expect(await outcome(ims, { client_secret: clientSecret })).toBe(200);
    expect(await outcome(ims, { client_secret: 'p8e-acme-two' })).toBe(200);
  });

  it('loses a removed secret and gains an added one, and keeps its tokens', async () => {
    const ims = await startIms();
    const token = await mint(ims);
    ims.client(clientId).removeSecret(clientSecret);
    ims.client(clientId).addSecret('p8e-acme-three');
    expect(await outcome(ims, { client_secret: clientSecret })).toBe(400);
    expect(await outcome(ims, { client_secret: 'p8e-acme-three' })).toBe(200);
    expect(ims.isValid(token)).toBe(true);
  });

  it('can be granted other scopes', async () => {
    const ims = await startIms();
    ims.client(clientId).scopes = ['firefly_api'];
    expect(await outcome(ims, { scope: 'firefly_api' })).toBe(200);
    expect(await outcome(ims, { scope: 'openid' })).toBe(400);
  });

  it('can have a lifetime of its own, which can change', async () => {
    const ims = await startIms();
    ims.registerClient({
      clientId: 'partner',
      clientSecrets: ['p8e-partner'],
      scopes: ['openid'],
      lifetimeSeconds: 3599,
    });
    const credentials = { client_id: 'partner', client_secret: 'p8e-partner', scope: 'openid' };
    expect(await (await requestToken(ims, credentials)).json()).toMatchObject({ expires_in: 3599 });
    ims.client('partner').lifetimeSeconds = 60;
    expect(await (await requestToken(ims, credentials)).json()).toMatchObject({ expires_in: 60 });
  });

  it('has the tokens counted that it was issued', async () => {
    const ims = await startIms();
    const partner = ims.registerClient({
      clientId: 'partner',
      clientSecrets: ['p8e-partner'],
      scopes: ['openid'],
    });
    await mint(ims);
    await mint(ims);
    await mint(ims, { client_id: 'partner', client_secret: 'p8e-partner', scope: 'openid' });
    await mint(ims, { client_secret: 'p8e-wrong' });
    expect(ims.mintCount).toBe(3);
    expect(ims.client(clientId).mintCount).toBe(2);
    expect(partner.mintCount).toBe(1);
  });

  it('is unknown once removed, and registered once only', async () => {
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
