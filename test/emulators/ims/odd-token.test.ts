import { describe, expect, it } from 'vitest';
import type { ImsEmulator } from '../../../emulators/ims/emulator.ts';
import type { TokenFault } from '../../../emulators/ims/fault.ts';
import {
  Clock,
  clientId,
  decodeSegment,
  mint,
  otherCredentials,
  registerOther,
  requestToken,
  startIms,
  type TokenBody,
} from './start-ims.ts';

async function odd(ims: ImsEmulator, fault: TokenFault): Promise<TokenBody> {
  ims.faults.inject(fault, { times: 1 });
  return (await (await requestToken(ims)).json()) as TokenBody;
}

describe('an odd success response', () => {
  it('can lack the token', async () => {
    const body = await odd(await startIms(), { kind: 'missing-access-token' });
    expect(body).toEqual({ token_type: 'bearer', expires_in: 86_399 });
  });

  it('can lack the lifetime', async () => {
    const body = await odd(await startIms(), { kind: 'missing-expires-in' });
    expect(body).toEqual({ access_token: expect.any(String), token_type: 'bearer' });
  });

  it.each([0, -1, 'abc', '86399', 86_399_992, null, true, [], {}])(
    'can have the lifetime %j',
    async (value) => {
      const body = await odd(await startIms(), { kind: 'expires-in', value });
      expect(body.expires_in).toEqual(value);
    },
  );

  it('can have another token type', async () => {
    expect((await odd(await startIms(), { kind: 'not-bearer' })).token_type).toBe('mac');
  });

  it('can repeat the last token of the client with its remaining seconds', async () => {
    const clock = new Clock();
    const ims = await startIms({ now: clock.now, lifetimeSeconds: 3600 });
    registerOther(ims);
    const token = await mint(ims);
    await mint(ims, otherCredentials);
    clock.advance(600);
    const body = await odd(ims, { kind: 'repeat-token' });
    expect(body).toEqual({ access_token: token, token_type: 'bearer', expires_in: 3000 });
    expect(ims.client(clientId).mintCount).toBe(1);
    expect(ims.tokenRequests.at(-1)).toMatchObject({ outcome: 'repeated', fault: 'repeat-token' });

    clock.advance(6000);
    expect(await odd(ims, { kind: 'repeat-token' })).toMatchObject({ expires_in: 0 });
  });

  it('has a new token if there is none to repeat', async () => {
    const ims = await startIms();
    const body = await odd(ims, { kind: 'repeat-token' });
    expect(ims.isValid(body.access_token)).toBe(true);
    expect(ims.mintCount).toBe(1);
  });

  it('can have a token that expires as its claims say, before expires_in', async () => {
    const clock = new Clock();
    const ims = await startIms({ now: clock.now });
    const body = await odd(ims, { kind: 'claims-disagree', lifetimeSeconds: 60 });
    expect(body.expires_in).toBe(86_399);
    expect(decodeSegment(body.access_token, 1)).toMatchObject({ expires_in: '60000' });
    clock.advance(60);
    expect(ims.isValid(body.access_token)).toBe(false);
  });

  it('can have a valid token that is not a JWT', async () => {
    const ims = await startIms();
    const body = await odd(ims, { kind: 'opaque-token' });
    expect(body.access_token).not.toContain('.');
    expect(ims.isValid(body.access_token)).toBe(true);
  });

  it('does not make IMS accept a wrong secret', async () => {
    const ims = await startIms();
    ims.faults.inject({ kind: 'opaque-token' });
    const response = await requestToken(ims, { client_secret: 'p8e-wrong' });
    expect(await response.json()).toMatchObject({ error: 'invalid_client' });
  });
});
