import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseStoredToken } from '../../client/stored-token.ts';
import { TokenError } from '../../client/token-error.ts';
import { hostileJson, hostileText, textOf, understands } from '../support/hostile.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';

const secretId = 'ims-token-rotator/prod/fusion/token';
const token = 'eyJhbGciOiJSUzI1NiJ9.eyJjcmVhdGVkX2F0IjoiMSJ9.c2lnbmF0dXJl';

const claims = hostileJson(
  ['created_at', 'expires_in'],
  ['1682448485000', 86_400_000, '86400000', -1, {}, []],
).map((payload) => `e30.${Buffer.from(JSON.stringify(payload) ?? '').toString('base64url')}.c2ln`);

// A value that is right but for one field is rarely met by chance.
const almost = fc.record({
  schema: fc.constantFrom<unknown>(1, 2, '1', 0, null, [], undefined),
  access_token: fc.oneof(fc.constantFrom<unknown>(token, 7, ''), claims, hostileText),
  expires_at: fc.constantFrom<unknown>(
    ...['2026-11-22T12:00:00Z', '2026-11-22T12:00:00+01:00', '2026-11-22', '9'.repeat(50), 7],
    ...[null, undefined, {}],
  ),
  client_id: fc.oneof(fc.constantFrom<unknown>('the-client', undefined), hostileText),
});

it('a hostile value of a token secret is read, or is an error with a code that shows no secret', () => {
  const names = ['schema', 'access_token', 'expires_at', 'client_id', 'org_id', '__proto__'];
  const value = textOf(fc.oneof(almost, hostileJson(names, [token, 1, '2026-11-22T12:00:00Z'])));
  understands(
    value,
    (SecretString) => {
      try {
        const stored = parseStoredToken(secretId, { SecretString, VersionId: 'one' });
        // They go into headers, and a cache compares the expiry with the time.
        for (const text of [stored.accessToken, stored.clientId ?? 'x', stored.orgId ?? 'x']) {
          expect(text).toMatch(/^[\x21-\x7e]+$/);
        }
        expect(typeof stored.expiresAt).toBe('number');
        return true;
      } catch (error) {
        if (!(error instanceof TokenError)) throw error;
        expect(error.code).toBe('ERR_TOKEN_UNREADABLE');
        expectNoSecrets(JSON.stringify({ ...error, message: error.message }), [token]);
        return false;
      }
    },
    1_000,
  );
});
