import { describe, expect, it } from 'vitest';
import { clientId, clientSecret, startIms, type TokenBody } from './start-ims.ts';

const grant = { grant_type: 'client_credentials', scope: 'openid,AdobeID' };
const client = { client_id: clientId, client_secret: clientSecret };

// As aio-lib-ims 8.1 and aio-lib-core-auth 1.1 send their requests, and as the discovery document says.
describe('IMS accepts the requests of its other clients', () => {
  const multipart = (): FormData => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...grant, ...client })) form.append(name, value);
    return form;
  };
  const basic = Buffer.from(
    [clientId, clientSecret].map((text) => encodeURIComponent(text)).join(':'),
  ).toString('base64');

  it.each([
    ['a multipart body', '/ims/token/v3', { body: multipart() }],
    [
      'the path of version 2',
      '/ims/token/v2',
      { body: new URLSearchParams({ ...grant, ...client }) },
    ],
    [
      'basic authentication',
      '/ims/token/v3',
      { body: new URLSearchParams(grant), headers: { authorization: `Basic ${basic}` } },
    ],
  ])('with %s', async (_, path, request) => {
    const ims = await startIms();
    const response = await fetch(`${ims.url}${path}`, { method: 'POST', ...request });
    expect(response.status).toBe(200);
    const { access_token } = (await response.json()) as TokenBody;
    expect(ims.isValid(access_token)).toBe(true);
    expect(ims.tokenRequests).toMatchObject([{ clientId, outcome: 'issued' }]);
  });

  it('and has its discovery document at the root too', async () => {
    const ims = await startIms();
    const [root, own] = await Promise.all(
      ['', '/ims'].map(async (path) => {
        const response = await fetch(`${ims.url}${path}/.well-known/openid-configuration`);
        return await response.json();
      }),
    );
    expect(root).toEqual(own);
  });
});
