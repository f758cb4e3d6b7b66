import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Clock, requestToken, startIms, type TokenBody } from './start-ims.ts';

const path = '/ims/.well-known/openid-configuration';

describe('the OpenID configuration', () => {
  it('lists the endpoints', async () => {
    const ims = await startIms();
    const response = await fetch(`${ims.url}${path}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      issuer: ims.url,
      token_endpoint: `${ims.url}/ims/token/v3`,
      revocation_endpoint: `${ims.url}/ims/revoke`,
      jwks_uri: `${ims.url}/ims/keys`,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    });
    expect(ims.tokenRequests).toEqual([]);
  });

  it('advertises only what answers', async () => {
    const ims = await startIms();
    const document = (await (await fetch(`${ims.url}${path}`)).json()) as Record<string, unknown>;
    const urls = Object.values(document).filter(
      (value): value is string => typeof value === 'string' && value.startsWith(`${ims.url}/`),
    );
    expect(urls).toHaveLength(4);
    for (const url of urls) {
      const statuses = [await fetch(url), await fetch(url, { method: 'POST' })].map(
        ({ status }) => status,
      );
      expect(statuses).not.toContain(404);
    }
  });

  it('has the key that signs the tokens', async () => {
    const ims = await startIms();
    const { access_token } = (await (await requestToken(ims)).json()) as TokenBody;
    const { keys } = (await (await fetch(`${ims.url}/ims/keys`)).json()) as { keys: JsonWebKey[] };
    const [header = '', claims = '', signature = ''] = access_token.split('.');
    expect(keys).toMatchObject([{ kid: 'ims_na1-key-at-1', kty: 'RSA', alg: 'RS256' }]);
    const key = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' });
    const verified = (text: string): boolean =>
      verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'base64url'));
    expect(verified(`${header}.${claims}`)).toBe(true);
    expect(verified(`${header}.${claims}x`)).toBe(false);
    expect(keys[0]).not.toHaveProperty('d');
  });

  it('rejects a POST', async () => {
    const ims = await startIms();
    const response = await fetch(`${ims.url}${path}`, { method: 'POST' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET');
  });

  it('can have an outage of its own', async () => {
    const ims = await startIms();
    ims.faults.inject(
      { kind: 'server-error', status: 503 },
      { when: (call) => call.path.startsWith('/ims/.well-known/') },
    );
    expect((await fetch(`${ims.url}${path}`)).status).toBe(503);
    expect((await requestToken(ims)).status).toBe(200);
  });
});

it('every Date header shows the configured clock, and can be wrong on purpose', async () => {
  const clock = new Clock();
  const ims = await startIms({ now: clock.now });
  const dates = async () => {
    const responses = [await fetch(`${ims.url}${path}`), await requestToken(ims)];
    return responses.map(({ headers }) => Date.parse(headers.get('date') ?? ''));
  };
  expect(await dates()).toEqual([clock.milliseconds, clock.milliseconds]);
  ims.clockOffsetMs = 600_000;
  const ahead = clock.milliseconds + 600_000;
  expect(await dates()).toEqual([ahead, ahead]);
});
