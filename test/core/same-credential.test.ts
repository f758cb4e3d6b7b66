import { describe, expect, it } from 'vitest';
import { parseCredential } from '../../core/credential.ts';
import {
  hasSameSecrets,
  isMintedFrom,
  isSameCredential,
  isSameValue,
} from '../../core/same-credential.ts';
import { decodePendingToken } from '../../core/stored-token.ts';
import { readSettings } from '../../core/token-tags.ts';
import { now } from '../support/builders.ts';

const parse = (overrides: object) =>
  parseCredential(
    JSON.stringify({ client_id: 'id', client_secrets: ['a', 'b'], scope: 'x,y', ...overrides }),
  );

describe('isSameCredential', () => {
  it.each<[string, object, boolean]>([
    ['the same content', {}, true],
    ['secrets and scopes in another order', { client_secrets: ['b', 'a'], scope: 'y x' }, true],
    ['another client', { client_id: 'other' }, false],
    ['another secret', { client_secrets: ['a', 'c'] }, false],
    ['a secret more', { client_secrets: ['a', 'b', 'c'] }, false],
    ['another scope', { scope: 'x' }, false],
    ['an organisation', { org_id: '1@AdobeOrg' }, false],
    ['another host', { ims_host: 'ims-na1-stg1.adobelogin.com' }, false],
  ])('compares with %s', (_, overrides, same) => {
    expect(isSameCredential(parse({}), parse(overrides))).toBe(same);
  });
});

describe('hasSameSecrets', () => {
  it.each<[string, object, boolean]>([
    ['secrets in another order', { client_secrets: ['b', 'a'] }, true],
    ['another scope, and an organisation', { scope: 'x', org_id: '1@AdobeOrg' }, true],
    ['another client', { client_id: 'other' }, false],
    ['another secret', { client_secrets: ['a', 'c'] }, false],
    ['another host', { ims_host: 'ims-na1-stg1.adobelogin.com' }, false],
  ])('compares with %s', (_, overrides, same) => {
    expect(hasSameSecrets(parse({}), parse(overrides))).toBe(same);
  });
});

describe('isSameValue', () => {
  const settings = readSettings({});
  const value = '{"client_id":"id","client_secret":"a","scope":"x"}';

  it.each([
    ['the same text, even if it is no credential', 'none', 'none', true],
    ['the same credential in another form', value, value.replaceAll(',', ', '), true],
    ['another credential', value, value.replace('"a"', '"b"'), false],
  ])('compares %s', (_, one, other, same) => {
    expect(isSameValue(one, other, settings)).toBe(same);
  });

  it('throws when it cannot compare', () => {
    const invalid = expect.objectContaining({ code: 'ERR_CREDENTIAL_INVALID' });
    expect(() => isSameValue(value, 'none', settings)).toThrow(invalid);
    expect(() => isSameValue('none', value, settings)).toThrow(invalid);
  });
});

describe('isMintedFrom', () => {
  const value = '{"client_id":"id","client_secret":"a"}';
  const issued = '2026-11-22T11:00:00Z';
  const stored = {
    access_token: 'opaque',
    issued_at: issued,
    expires_at: '2026-11-23T11:00:00Z',
    client_id: 'id',
    ims_host: 'ims-na1.adobelogin.com',
    scope: 'x,y',
  };

  it.each([
    ['the scopes that the token has', 'y x', true],
    ['other scopes than the token', 'x', false],
  ])('compares settings with %s', (_, scopes, same) => {
    const token = decodePendingToken(JSON.stringify(stored), now);
    const settings = readSettings({ 'ims-token-rotator:scopes': scopes });
    expect(token && isMintedFrom(token, value, parseCredential(value, settings), settings)).toBe(
      same,
    );
  });
});
