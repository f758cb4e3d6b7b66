import { describe, expect, it } from 'vitest';
import { tickError } from '../../core/run-result.ts';
import { renew } from '../../lambda/commands/renew.ts';
import { tick } from '../../lambda/commands/tick.ts';
import { hour } from '../support/builders.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import {
  countedTick,
  readToken,
  seedCredential,
  seedDueCredential,
  startParts,
} from '../support/start-parts.ts';
import { startRotator } from '../support/start-rotator.ts';

/** Bugs that were read in other token rotators and clients, and that could have been made here too. */
describe('what goes wrong elsewhere', () => {
  it('momento, qbiz: a failed renewal fails the invocation, and is no success with an error in it', async () => {
    const { world, onboard, invoke } = await startRotator();
    await onboard('fusion');
    world.ims.faults.inject({ kind: 'missing-access-token' });
    const { result, error } = await invoke({ action: 'tick' });
    expect(result).toBeUndefined();
    expect(error?.errorType).toBe('AggregateError');
  });

  it('labd: the answer with the token is not logged', async () => {
    const { world, onboard, invoke, read } = await startRotator();
    await onboard('fusion');
    await invoke({ action: 'tick' });
    const token = String((await read('fusion'))?.token['access_token']);
    expectNoSecrets(world.lambda.logs(world.functionName).join('\n'), [token]);
  });

  it.each([408, 429, 500, 502, 503, 504])(
    'labd: a POST that is answered %i is tried again',
    async (status) => {
      const parts = await startParts();
      seedCredential(parts, 'fusion');
      parts.ims.faults.inject({ kind: 'server-error', status }, { times: 1 });
      expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
      expect(parts.ims.tokenRequests).toHaveLength(2);
    },
  );

  it.each([400, 401, 403, 404, 418])(
    'labd: an answer of %i is an error with a code, and is not tried again',
    async (status) => {
      const parts = await startParts();
      seedCredential(parts, 'fusion');
      parts.ims.faults.inject({ kind: 'server-error', status, body: 'html' });
      expect(await tick(parts.run())).toMatchObject([
        { outcome: 'failed', error: { code: 'ERR_TOKEN_REJECTED', details: { status } } },
      ]);
      expect(parts.ims.tokenRequests).toHaveLength(1);
    },
  );

  it('labd: a single failing credential is enough to be told of', async () => {
    const parts = await startParts();
    seedDueCredential(parts, 'fusion');
    parts.ims.faults.inject({ kind: 'reset' });
    const outcomes = await countedTick(parts.run());
    expect(tickError(outcomes)).toBeDefined();
    expect(parts.metrics).toContainEqual(['Failing', 1]);
  });

  it('joek: the secret is in no URL, and an answer without a token is an error', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    parts.ims.faults.inject({ kind: 'missing-access-token' }, { times: 1 });
    expect(await tick(parts.run())).toMatchObject([{ error: { code: 'ERR_TOKEN_MALFORMED' } }]);
    expect(parts.ims.tokenRequests).toMatchObject([{ hasQuery: false }]);
    expect(await readToken(parts, 'fusion')).toBeUndefined();
  });

  it('joek: the run is over only when the token is stored', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    await tick(parts.run());
    expect(await readToken(parts, 'fusion')).toBeDefined();
  });

  it('metr: the expiry is stored with the token, and the body of an error is not logged', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    await tick(parts.run());
    expect(JSON.parse((await readToken(parts, 'fusion'))?.SecretString ?? '')).toMatchObject({
      expires_at: '2026-11-23T11:59:59Z',
    });
    parts.clock.advance(12 * hour);
    parts.ims.faults.inject({ kind: 'server-error', status: 500, body: 'html' });
    await tick(parts.run());
    expect(JSON.stringify(parts.lines)).not.toContain('<');
  });

  it('metr: a request that is never answered ends', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    parts.ims.faults.inject({ kind: 'slow-headers' });
    const tokenEndpoint = parts.tokenEndpoint(0.05);
    expect(await tick(parts.run({ tokenEndpoint }))).toMatchObject([{ outcome: 'failed' }]);
  });

  it('vshn: the life of the token decides, not a fixed interval', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    parts.ims.client('client-fusion').lifetimeSeconds = 2 * hour;
    await tick(parts.run());
    parts.clock.advance(hour - 1);
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-fresh' }]);
    parts.clock.advance(1);
    expect(await tick(parts.run())).toMatchObject([{ reason: 'token-expiring' }]);
  });

  it('oauthapp: a token that nobody reads is renewed all the same', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    await tick(parts.run());
    parts.clock.advance(13 * hour);
    parts.secretsManager.clearCalls();
    await tick(parts.run());
    expect(parts.ims.mintCount).toBe(2);
  });

  it('firefly sdk, spacecat: an expired token is renewed, in a warm function too', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    await tick(parts.run());
    parts.clock.advance(25 * hour);
    expect(await tick(parts.run())).toMatchObject([
      { reason: 'token-expired', outcome: 'renewed' },
    ]);
    parts.clock.advance(25 * hour);
    expect(await tick(parts.run())).toMatchObject([
      { reason: 'token-expired', outcome: 'renewed' },
    ]);
  });

  it('firefly sdk: an error that looks like an answer is not stored as a token', async () => {
    const parts = await startParts();
    seedDueCredential(parts, 'fusion');
    const before = await readToken(parts, 'fusion');
    parts.ims.client('client-fusion').scopes = [];
    expect(await tick(parts.run())).toMatchObject([
      { error: { details: { status: 400, imsError: 'invalid_scope' } } },
    ]);
    expect(await readToken(parts, 'fusion')).toEqual(before);
  });

  it('firefly sdk: secrets are percent-encoded', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    const odd = 'p8e-+&=% /?#ü'.replaceAll(/[^\x21-\x7e]/g, '');
    parts.ims.client('client-fusion').addSecret(odd);
    parts.secretsManager.seed({
      name: 'ims-token-rotator/prod/fusion/client',
      secretString: JSON.stringify({
        client_id: 'client-fusion',
        client_secret: odd,
        scope: 'openid',
      }),
    });
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
  });

  it('aio-lib-core-auth: scopes are sent in the order in which they were given', async () => {
    const { world, onboard, invoke } = await startRotator();
    const sample = await onboard('fusion');
    await invoke({ action: 'tick' });
    expect(world.ims.tokenRequests[0]?.scope).toBe(sample.scopes.join(','));
    expect(sample.scopes).not.toEqual(sample.scopes.toSorted());
  });

  it('aio-lib-core-auth: an error that is not JSON keeps its status', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    parts.ims.faults.inject({ kind: 'server-error', status: 502, body: 'html' });
    expect(await tick(parts.run())).toMatchObject([{ error: { message: 'IMS answered 502' } }]);
  });

  it('aws js sdk: what one credential waits for, another does not', async () => {
    const parts = await startParts();
    seedCredential(parts, 'wrong');
    seedCredential(parts, 'well');
    parts.ims.removeClient('client-wrong');
    const outcomes = await tick(parts.run());
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['failed', 'renewed']);
    expect(await renew(parts.run(), 'well', { force: false })).toMatchObject({ outcome: 'kept' });
  });

  it('aio-lib-ims-oauth: the second secret is tried when the first is rejected, and for nothing else', async () => {
    const parts = await startParts();
    seedCredential(parts, 'fusion');
    parts.secretsManager.seed({
      name: 'ims-token-rotator/prod/fusion/client',
      secretString: JSON.stringify({
        client_id: 'client-fusion',
        client_secrets: ['an-old-secret', 'secret-of-fusion'],
        scope: 'openid',
      }),
    });
    expect(await tick(parts.run())).toMatchObject([
      { outcome: 'renewed', clientSecretPosition: 2 },
    ]);
    parts.clock.advance(12 * hour);
    parts.ims.client('client-fusion').scopes = [];
    parts.ims.client('client-fusion').addSecret('an-old-secret');
    parts.ims.clearTokenRequests();
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'failed' }]);
    expect(parts.ims.tokenRequests).toHaveLength(1);
  });
});
