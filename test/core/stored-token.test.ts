import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { decodeStoredToken, encodeStoredToken } from '../../core/stored-token.ts';
import { now } from '../support/builders.ts';

const token = {
  accessToken: new Sensitive('the-token'),
  issuedAt: now,
  expiresAt: epochSeconds(now + 86_399),
  lifetime: 86_399,
};

const credential = {
  clientId: 'the-client-id',
  clientSecrets: [new Sensitive('the-secret')],
  scopes: ['openid', 'AdobeID'],
  imsHost: 'ims-na1.adobelogin.com',
};

describe('the value of a token secret', () => {
  it('is schema 1 as published', () => {
    expect(
      JSON.parse(encodeStoredToken(token, { ...credential, orgId: 'O@AdobeOrg' }, 'v1')),
    ).toEqual({
      schema: 1,
      access_token: 'the-token',
      token_type: 'bearer',
      expires_in: 86_399,
      expires_at: '2026-11-23T11:59:59Z',
      issued_at: '2026-11-22T12:00:00Z',
      client_id: 'the-client-id',
      scope: 'openid,AdobeID',
      org_id: 'O@AdobeOrg',
      ims_host: 'ims-na1.adobelogin.com',
      client_secret_version: 'v1',
    });
  });

  it('never holds the client secret, and holds no organisation if none was given', () => {
    const value = encodeStoredToken(token, credential, 'v1');
    expect(value).not.toContain('the-secret');
    expect(value).not.toContain('org_id');
  });

  it('is decoded to what a decision needs', () => {
    expect(decodeStoredToken(encodeStoredToken(token, credential, 'v1'), now)).toEqual({
      issuedAt: token.issuedAt,
      expiresAt: token.expiresAt,
      clientSecretVersion: 'v1',
    });
  });

  it('may be made by hand, without the version of the client secret', () => {
    const value = {
      access_token: 'x',
      issued_at: '2026-11-22T12:00:00Z',
      expires_at: '2026-11-22T13:00:00Z',
    };
    expect(decodeStoredToken(JSON.stringify(value), now)).toEqual({
      issuedAt: now,
      expiresAt: now + 3_600,
    });
  });

  it.each([
    ['text', 'eyJhbGciOi'],
    ['nothing', ''],
    ['an array', '[]'],
    ['no token', '{"expires_at":"2026-11-22T13:00:00Z","issued_at":"2026-11-22T12:00:00Z"}'],
    ['no expiry', '{"access_token":"x","issued_at":"2026-11-22T12:00:00Z"}'],
    [
      'an expiry that is not an instant',
      '{"access_token":"x","expires_at":"tomorrow","issued_at":"2026-11-22T12:00:00Z"}',
    ],
    [
      'an expiry before the issue',
      '{"access_token":"x","expires_at":"2026-11-22T12:00:00Z","issued_at":"2026-11-22T12:00:00Z"}',
    ],
    [
      'a life of more than 12 days',
      '{"access_token":"x","expires_at":"2099-01-01T00:00:00Z","issued_at":"2026-11-22T12:00:00Z"}',
    ],
    [
      'an issue more than 5 minutes ahead',
      '{"access_token":"x","expires_at":"2026-11-23T12:00:00Z","issued_at":"2026-11-22T12:05:01Z"}',
    ],
  ])('is malformed with %s', (_, value) => {
    expect(decodeStoredToken(value, now)).toBeUndefined();
  });
});
