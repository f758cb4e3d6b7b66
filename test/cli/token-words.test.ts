import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { accessTokensIn, isEvident } from '../../cli/leak/held-tokens.ts';
import { mayHoldToken } from '../../cli/leak/token-words.ts';
import { claimsAt, encodeAccessToken } from '../../emulators/ims/access-token.ts';
import { day } from '../support/builders.ts';

const opaque = 'q7Rk2mVx9TtLw4ZbN8';
const known = 'eyJhbGciOiJSUzI1NiJ9.eyJpZCI6MX0.c2lnbmF0dXJl';
const base64 = randomBytes(600).toString('base64');
const inLines = (width: number) => base64.replaceAll(new RegExp(`.{${width}}`, 'g'), '$&\n');

describe('a value may hold a token that is not recognised', () => {
  it.each<[string, string, readonly string[]]>([
    ['in UTF-16', [...opaque].join('\0'), []],
    ['in a note in which no token belongs', JSON.stringify({ token_type: `Bearer ${opaque}` }), []],
    ['under the first of two equal keys', `{"access_token":"${opaque}","access_token":""}`, []],
    ['under a key in an escape', `{"\\u0074oken":"\\u0071${opaque.slice(1)}"}`, []],
    ['behind an object that ends in a note', JSON.stringify([{ scope: 'openid' }, opaque]), []],
    ['in a list under the key of a note', JSON.stringify({ scope: [opaque] }), []],
    ['as a key', JSON.stringify({ [opaque]: 1 }), []],
    ['in long words beside one', `${known}\n${base64}`, [known]],
    ['in lines of 64 beside one', `${known}\n${inLines(64)}`, [known]],
    ['in lines of 64 in JSON', JSON.stringify({ token: known, old: inLines(64) }), [known]],
    ['in lines with CRLF', `${known}\r\n${inLines(48).replaceAll('\n', '\r\n')}`, [known]],
  ])('%s', (_, text, tokens) => {
    expect(mayHoldToken(text, tokens)).toBe(true);
  });

  it.each<[string, string, readonly string[]]>([
    ['an id beside one', `${known}\n15503a06a2228695ee189e050cd42c8a`, [known]],
    ['ids in lines', `${known}\n${'15503a06a2228695ee189e050cd42c8a\n'.repeat(3)}`, [known]],
    [
      'the notes on none',
      '{"schema":1,"token_type":"bearer","issued_at":"2026-11-28T10:00:00Z","client_id":"15503a06a2228695ee189e050cd42c8a","scope":"openid,AdobeID1234567890"}',
      [],
    ],
    ['a note alone', '{"client_secret_version":"019ac0de-0000-4000-8000-000000000000"}', []],
    ['no string', '{"schema":1}', []],
  ])('unless it is %s', (_, text, tokens) => {
    expect(mayHoldToken(text, tokens)).toBe(false);
  });
});

// In bytes: of RSA with 2,048, 3,072 and 4,096 bits.
describe.each([256, 384, 512])('a JWT with a signature of %i bytes', (bytes) => {
  const holder = { clientId: 'c'.repeat(32), technicalAccountId: 'x', scope: 'openid' };
  const unsigned = encodeAccessToken(
    claimsAt(Date.now(), { ...holder, lifetimeSeconds: day }),
  ).slice(0, -342);
  const token = `${unsigned}${randomBytes(bytes).toString('base64url')}`;

  it('is evident', () => {
    expect(isEvident(token)).toBe(true);
    expect(isEvident(`${token}x`)).toBe(false);
  });

  it('is found before what may be a part of it', () => {
    expect(accessTokensIn(`TOKEN=${token}-old`)).toContain(token);
  });
});
