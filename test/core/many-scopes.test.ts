import { describe, expect, it } from 'vitest';
import { longestSecretValue } from '../../core/contract.ts';
import { parseCredential, understandCredential } from '../../core/credential.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { parseTokenResponse } from '../../core/token-response.ts';
import { readSettings } from '../../core/token-tags.ts';
import { now } from '../support/builders.ts';

const clientId = 'the-client';
const clientSecret = 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5';
const fields = { client_id: clientId, client_secret: clientSecret };

function scopes(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => index.toString(36));
}

const variables = `CLIENT_ID=${clientId}\nCLIENT_SECRET=${clientSecret}\n`;

const forms: readonly [string, (list: readonly string[]) => string][] = [
  ['a list', (list) => JSON.stringify({ ...fields, scopes: list })],
  ['a text', (list) => JSON.stringify({ ...fields, scope: list.join(' ') })],
  ['JSON text', (list) => JSON.stringify({ ...fields, scope: JSON.stringify(list) })],
  ['a list without quotes', (list) => JSON.stringify({ ...fields, scope: `[${list}]` })],
  ['a variable', (list) => `${variables}SCOPES=${list}\n`],
  ['a variable each', (list) => variables + list.map((scope) => `SCOPES=${scope}\n`).join('')],
  [
    'a list that is not quite JSON',
    (list) => `{${JSON.stringify(fields).slice(1, -1)},scopes:[${list}],}`,
  ],
];

// They end within the time that any test has, for which even a million squared is too much.
describe.each(forms)('scopes as %s', (_, formOf) => {
  it('may be a million: nothing beyond the length of a secret is looked at', () => {
    const text = formOf(scopes(1e6));
    const problem = {
      field: 'the value',
      message: 'has more than 65536 characters, and a secret cannot',
    };
    for (const parse of [parseCredential, understandCredential])
      expect(() => parse(text)).toThrow(
        expect.objectContaining({ code: 'ERR_CREDENTIAL_INVALID', problems: [problem] }),
      );
  });

  it('may be as many as a secret holds', () => {
    let count = longestSecretValue;
    while (formOf(scopes(count)).length > longestSecretValue) count = Math.floor(count * 0.95);
    expect(count).toBeGreaterThan(3_000);
    expect(() => parseCredential(formOf(scopes(count)))).toThrow(
      expect.objectContaining({ code: 'ERR_CREDENTIAL_INVALID' }),
    );
  });
});

it('a credential of exactly the longest length is read', () => {
  const text = JSON.stringify({ ...fields, scope: 'openid' }).padEnd(longestSecretValue);
  expect(parseCredential(text).scopes).toEqual(['openid']);
  expect(() => parseCredential(`${text} `)).toThrow('has more than 65536 characters');
});

describe('a million scopes', () => {
  const list = scopes(1e6);
  const request = { requestedAt: now, clientId, clientSecret: new Sensitive(clientSecret) };

  it('that IMS grants are as good as none: only the token counts', () => {
    const answer = { access_token: 'the-token', expires_in: 86_399, scope: list.join(' ') };
    const token = parseTokenResponse({ status: 200, body: JSON.stringify(answer) }, request);
    expect(token.lifetime).toBe(86_399);
  });

  it.each([
    ['a description', { error: 'invalid_scope', error_description: list.join(' ') }],
    ['a list', { error: list }],
  ])('that IMS refuses in %s are a short error with a code', (_, body) => {
    const refused = { status: 400, body: JSON.stringify(body) };
    let message = '';
    try {
      parseTokenResponse(refused, request);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_TOKEN_REJECTED' });
      ({ message } = error as Error);
    }
    expect(message).toMatch(/^IMS answered 400/);
    expect(message.length).toBeLessThan(2_000);
  });

  it('in a tag are read, and nothing else is done with them', () => {
    const settings = readSettings({ 'ims-token-rotator:scopes': list.join(' ') });
    expect(settings.scopes).toHaveLength(1e6);
  });
});
