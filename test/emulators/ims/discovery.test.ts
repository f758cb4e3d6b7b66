import { describe, expect, it } from 'vitest';
import { Clock, requestToken, startIms } from './start-ims.ts';

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
