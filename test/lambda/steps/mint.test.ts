import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../../core/contract.ts';
import type { SecretStore } from '../../../core/ports.ts';
import { hour } from '../../support/builders.ts';
import {
  interceptIms,
  replacing,
  startCredential,
  storeCredential,
} from '../../support/credential.ts';
import { tick } from '../../support/outcomes.ts';
import { clientSecretOf } from '../../support/start-parts.ts';

describe('a token request', () => {
  it.each([400, 401, 403, 404, 418])('is not retried after a response of %i', async (status) => {
    const parts = await startCredential();
    parts.ims.faults.inject({ kind: 'server-error', status, body: 'html' });
    expect(await tick(parts.run())).toMatchObject([
      { outcome: 'failed', error: { code: 'ERR_TOKEN_REJECTED', details: { status } } },
    ]);
    expect(parts.ims.tokenRequests).toHaveLength(1);
  });

  it('sets the expiry, counted from before it was sent', async () => {
    const parts = await startCredential();
    const started = parts.clock.seconds;
    const tokenEndpoint = interceptIms(parts, () => {
      parts.clock.advance(30);
      const body = '{"access_token":"opaque","expires_in":86399}';
      return Promise.resolve({ status: 200, body });
    });
    expect(await tick(parts.run({ tokenEndpoint }))).toMatchObject([
      { token: { expiresAt: started + 86_399 } },
    ]);
  });

  it('accepts a token with absurd claims, and trusts the response', async () => {
    const parts = await startCredential();
    const claims = { created_at: '8640000000000000', expires_in: '8640000000000000' };
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const body = JSON.stringify({ access_token: `a.${payload}.c`, expires_in: 86_399 });
    const tokenEndpoint = interceptIms(parts, () => Promise.resolve({ status: 200, body }));
    expect(await tick(parts.run({ tokenEndpoint }))).toMatchObject([
      { outcome: 'renewed', token: { lifetime: 86_399 } },
    ]);
  });
});

it('a request that IMS rejects is recorded before anything else is done', async () => {
  const parts = await startCredential();
  parts.ims.faults.inject({ kind: 'server-error', status: 400 });
  const { secrets } = parts.run();
  const answered = Promise.withResolvers<void>();
  const written: string[] = [];
  const tokenEndpoint = interceptIms(parts, (_, send) => send().finally(answered.resolve));
  const setTag: SecretStore['setTag'] = async (tag, signal) => {
    if (tag.key === tagKeys.requested) {
      await answered.promise;
      // Whoever does not wait for this goes on before.
      await new Promise((resolve) => setImmediate(resolve));
    }
    written.push(tag.key);
    await secrets.setTag(tag, signal);
  };
  const run = parts.run({ tokenEndpoint, secrets: replacing(secrets, { setTag }) });
  expect(await tick(run)).toMatchObject([{ error: { code: 'ERR_TOKEN_REJECTED' } }]);
  expect(written).toEqual([tagKeys.requested, tagKeys.status]);
});

describe('a credential with two client secrets', () => {
  const client_id = 'client-fusion';

  it('is renewed with the second when IMS rejects the first', async () => {
    const parts = await startCredential();
    const client_secrets = ['an-old-secret', clientSecretOf('fusion')];
    storeCredential(parts, 'fusion', { client_id, client_secrets, scope: 'openid' });
    expect(await tick(parts.run())).toMatchObject([
      { outcome: 'renewed', clientSecretPosition: 2 },
    ]);
    expect(parts.lines).toContainEqual(
      expect.objectContaining({
        message: 'renewed',
        fields: expect.objectContaining({ client_secret_position: 2 }),
      }),
    );
    parts.clock.advance(12 * hour);
    parts.ims.client(client_id).scopes = [];
    parts.ims.client(client_id).addSecret('an-old-secret');
    parts.ims.clearTokenRequests();
    // Any other rejection would be the same for the second secret.
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'failed' }]);
    expect(parts.ims.tokenRequests).toHaveLength(1);
  });

  it('fails when IMS rejects both', async () => {
    const parts = await startCredential();
    const client_secrets = ['an-old-secret', 'an-older-secret'];
    storeCredential(parts, 'fusion', { client_id, client_secrets, scope: 'openid' });
    expect(await tick(parts.run())).toMatchObject([
      { outcome: 'failed', error: { details: { imsError: 'invalid_client' } } },
    ]);
    expect(parts.ims.tokenRequests).toHaveLength(2);
  });

  it('is not tried with the second during an outage that claims invalid_client', async () => {
    const parts = await startCredential();
    const secrets: string[] = [];
    storeCredential(parts, 'fusion', {
      client_id,
      client_secrets: ['first', 'second'],
      scope: 'openid',
    });
    const tokenEndpoint = interceptIms(parts, ({ clientSecret }) => {
      secrets.push(clientSecret.reveal());
      return Promise.resolve({ status: 503, body: '{"error":"invalid_client"}' });
    });
    await tick(parts.run({ tokenEndpoint }));
    expect(new Set(secrets)).toEqual(new Set(['first']));
  });
});

describe('an odd token is stored with a warning', () => {
  it('when its lifetime is too short for the tick interval', async () => {
    const parts = await startCredential();
    parts.ims.client('client-fusion').lifetimeSeconds = 2_399;
    expect(await tick(parts.run())).toMatchObject([{ outcome: 'renewed' }]);
    expect(parts.lines).toContainEqual({
      level: 'warn',
      message: "the token's lifetime is too short for the tick interval",
      fields: { credential: 'fusion' },
    });
  });

  it('when its claims and the response disagree about its expiry', async () => {
    const parts = await startCredential();
    parts.ims.faults.inject({ kind: 'claims-disagree', lifetimeSeconds: hour });
    expect(await tick(parts.run())).toMatchObject([
      { token: { expiresAt: parts.clock.seconds + hour } },
    ]);
    expect(parts.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      {
        message: expect.stringContaining('the earlier one counts'),
        fields: { credential: 'fusion' },
      },
    ]);
  });
});
