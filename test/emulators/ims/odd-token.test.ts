import { describe, expect, it } from 'vitest';
import type { ImsEmulator } from '../../../emulators/ims/emulator.ts';
import type { TokenFault } from '../../../emulators/ims/fault.ts';
import {
  Clock,
  clientId,
  decodeSegment,
  mint,
  requestToken,
  startIms,
  type TokenBody,
} from './start-ims.ts';

async function odd(ims: ImsEmulator, fault: TokenFault): Promise<TokenBody> {
  ims.faults.inject(fault, { times: 1 });
  return (await (await requestToken(ims)).json()) as TokenBody;
}

describe('an odd success', () => {
  it('lacks the token', async () => {
    const body = await odd(await startIms(), { kind: 'missing-access-token' });
    expect(body).toEqual({ token_type: 'bearer', expires_in: 86_399 });
  });

  it('lacks the lifetime', async () => {
    const body = await odd(await startIms(), { kind: 'missing-expires-in' });
    expect(body).toEqual({ access_token: expect.any(String), token_type: 'bearer' });
  });

  it.each([0, -1, 'abc', '86399', 86_399_992, null, true, [], {}])(
    'lives for: %j',
    async (value) => {
      const body = await odd(await startIms(), { kind: 'expires-in', value });
      expect(body.expires_in).toEqual(value);
    },
  );

  it('is no bearer token', async () => {
    expect((await odd(await startIms(), { kind: 'not-bearer' })).token_type).toBe('mac');
  });

  it('repeats the last token of the client with what is left of it', async () => {
    const clock = new Clock();
    const ims = await startIms({ now: clock.now, lifetimeSeconds: 3600 });
    ims.registerClient({ clientId: 'other', clientSecrets: ['p8e-other'], scopes: ['openid'] });
    const token = await mint(ims);
    await mint(ims, { client_id: 'other', client_secret: 'p8e-other', scope: 'openid' });
    clock.advance(600);
    const body = await odd(ims, { kind: 'repeat-token' });
    expect(body).toEqual({ access_token: token, token_type: 'bearer', expires_in: 3000 });
    expect(ims.client(clientId).mintCount).toBe(1);
    expect(ims.tokenRequests.at(-1)).toMatchObject({ outcome: 'repeated', fault: 'repeat-token' });

    clock.advance(6000);
    expect(await odd(ims, { kind: 'repeat-token' })).toMatchObject({ expires_in: 0 });
  });

  it('has nothing to repeat for a client without a token', async () => {
    const ims = await startIms();
    const body = await odd(ims, { kind: 'repeat-token' });
    expect(ims.isValid(body.access_token)).toBe(true);
    expect(ims.mintCount).toBe(1);
  });

  it('has a token that expires when its claims say, not when the answer does', async () => {
    const clock = new Clock();
    const ims = await startIms({ now: clock.now });
    const body = await odd(ims, { kind: 'claims-disagree', lifetimeSeconds: 60 });
    expect(body.expires_in).toBe(86_399);
    expect(decodeSegment(body.access_token, 1)).toMatchObject({ expires_in: '60000' });
    clock.advance(60);
    expect(ims.isValid(body.access_token)).toBe(false);
  });

  it('has a token that is no JWT, and valid', async () => {
    const ims = await startIms();
    const body = await odd(ims, { kind: 'opaque-token' });
    expect(body.access_token).not.toContain('.');
    expect(ims.isValid(body.access_token)).toBe(true);
  });

  it('is no reason to accept a wrong secret', async () => {
    const ims = await startIms();
    ims.faults.inject({ kind: 'opaque-token' });
    const response = await requestToken(ims, { client_secret: 'p8e-wrong' });
    expect(await response.json()).toMatchObject({ error: 'invalid_client' });
  });
});
