import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { describe, expect, it } from 'vitest';
import { clientId, clientSecret, startIms } from './start-ims.ts';

const scope = 'openid,AdobeID';

describe('a client of OAuth finds the token endpoint by discovery, and gets a token', () => {
  it.each([
    ['in the form', oauth.ClientSecretPost(clientSecret)],
    ['in basic authentication', oauth.ClientSecretBasic(clientSecret)],
  ])('oauth4webapi, with the secret %s', async (_, authentication) => {
    const ims = await startIms();
    const insecure = { [oauth.allowInsecureRequests]: true };
    const issuer = new URL(ims.url);
    const discovered = await oauth.discoveryRequest(issuer, insecure);
    const server = await oauth.processDiscoveryResponse(issuer, discovered);
    const client = { client_id: clientId };
    const parameters = new URLSearchParams({ scope });
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      authentication,
      parameters,
      insecure,
    );
    const token = await oauth.processClientCredentialsResponse(server, client, response);
    expect(token).toMatchObject({ token_type: 'bearer', expires_in: 86_399 });
    expect(ims.isValid(token.access_token)).toBe(true);
  });

  it('openid-client, which can revoke it', async () => {
    const ims = await startIms();
    const configuration = await openid.discovery(
      new URL(ims.url),
      clientId,
      undefined,
      openid.ClientSecretBasic(clientSecret),
      { execute: [openid.allowInsecureRequests] },
    );
    const { access_token } = await openid.clientCredentialsGrant(configuration, { scope });
    expect(ims.isValid(access_token)).toBe(true);
    await openid.tokenRevocation(configuration, access_token);
    expect(ims.inspect(access_token)).toEqual({ valid: false, reason: 'revoked_token' });
  });

  it('openid-client, which is told why it gets none', async () => {
    const ims = await startIms();
    const configuration = await openid.discovery(
      new URL(ims.url),
      clientId,
      undefined,
      openid.ClientSecretPost('wrong'),
      { execute: [openid.allowInsecureRequests] },
    );
    const grant = openid.clientCredentialsGrant(configuration, { scope });
    await expect(grant).rejects.toMatchObject({ error: 'invalid_client', status: 400 });
  });
});
