import { describe, expect, it } from 'vitest';
import { parseStoredToken } from '../../client/stored-token.ts';
import { TokenError } from '../../client/token-error.ts';

const parse = (value: unknown) =>
  parseStoredToken('fusion/token', {
    SecretString: typeof value === 'string' ? value : JSON.stringify(value),
    VersionId: 'version',
  });

const encode = (claims: object): string =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

describe('the value of a token secret', () => {
  it('is read as schema 1 has it', () => {
    const value = {
      schema: 1,
      access_token: 'a.b.c',
      token_type: 'bearer',
      expires_in: 86399,
      expires_at: '2026-11-23T13:16:05Z',
      client_id: 'acme-client',
      org_id: 'A1B2@AdobeOrg',
    };
    expect(parse(value)).toEqual({
      accessToken: 'a.b.c',
      expiresAt: Date.UTC(2026, 10, 23, 13, 16, 5),
      clientId: 'acme-client',
      orgId: 'A1B2@AdobeOrg',
      versionId: 'version',
    });
  });

  it('is read from a later schema, whose other fields are unknown', () => {
    const value = { schema: 7, access_token: 'x', expires_at: '2026-11-23T13:16:05Z', more: [] };
    expect(parse(value).accessToken).toBe('x');
  });

  it('tells the expiry by an offset too', () => {
    const { expiresAt } = parse({ access_token: 'x', expires_at: '2026-11-23T14:16:05.5+01:00' });
    expect(expiresAt).toBe(Date.UTC(2026, 10, 23, 13, 16, 5, 500));
  });

  it('whose expiry is long does not keep the process busy', () => {
    const value = { access_token: 'x', expires_at: `2026-${'T'.repeat(500_000)}` };
    expect(() => parse(value)).toThrow('fusion/token holds no readable token');
  });

  it('of a token alone tells the expiry by IMS’s claims, which are strings of milliseconds', () => {
    const claims = { created_at: '1795400000000', expires_in: '86400000' };
    expect(parse({ access_token: encode(claims) }).expiresAt).toBe(1_795_486_400_000);
  });

  it.each([
    ['an opaque token', 'opaque'],
    ['a JWT without the claims', encode({ exp: 1 })],
    ['a JWT that is not JSON', 'a.%%%.c'],
  ])('of %s alone says nothing about the expiry', (_, accessToken) => {
    expect(parse({ access_token: accessToken }).expiresAt).toBeNaN();
  });

  it.each([
    ['no JSON', 'eyJh-secret'],
    ['an array', []],
    ['null', 'null'],
    ['an object without a token', { client_id: 'x' }],
    ['a token that does not fit into a header', { access_token: 'secret\r\nx: y' }],
    ['an empty token', { access_token: '' }],
    ['schema 0', { schema: 0, access_token: 'secret' }],
    ['a schema that is no number', { schema: 'x', access_token: 'secret' }],
    ['an expiry without an offset', { access_token: 'secret', expires_at: '2026-11-23T13:16:05' }],
    ['an expiry that is no date', { access_token: 'secret', expires_at: '2026-99-99T99:99:99Z' }],
    ['a token that is an object', { access_token: { toString: 1 } }],
    ['a schema that is an object', { access_token: 'secret', schema: { valueOf: 1, toString: 1 } }],
    ['an expiry that is an object', { access_token: 'secret', expires_at: { toString: 1 } }],
    ['an expiry in epoch seconds', { access_token: 'secret', expires_at: 1795400000 }],
  ])('that is %s is unreadable, which is said without showing it', (_, value) => {
    const error = expect.objectContaining({ code: 'ERR_TOKEN_UNREADABLE' });
    expect(() => parse(value)).toThrow(error);
    try {
      parse(value);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(TokenError);
      expect(`${(thrown as Error).message} ${(thrown as Error).cause}`).not.toContain('secret\r');
      expect(JSON.stringify(thrown)).not.toContain('eyJh');
    }
  });

  it('without a string, as PushSecret stores it, is unreadable', () => {
    expect(() => parseStoredToken('fusion/token', { VersionId: 'x' })).toThrow(TokenError);
  });

  it('leaves out an identifier that does not fit into a header', () => {
    const parsed = parse({ access_token: 'x', client_id: 'a\nb', org_id: 7 });
    expect(parsed).toMatchObject({ clientId: undefined, orgId: undefined });
  });
});
