import { describe, expect, it } from 'vitest';
import {
  assertDeleted,
  type ConsoleResponse,
  consoleScopes,
  isUndone,
  parseAddedSecret,
  parseSecretList,
} from '../../core/console-secrets.ts';
import { epochSeconds } from '../../core/instant.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { now } from '../support/builders.ts';

const secret = 'p8e-1MthR9dN5jSBFDnhZlPT-eT5rTRQ';
const asked = { now, secrets: [new Sensitive(secret)] };

const answer = (body: unknown, status = 200, retryAfter?: string): ConsoleResponse => ({
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  retryAfter,
});

/** No more than 6 characters in a row stay as they are, so that nothing but the escapes gives it away. */
function base64OfEscaped(text: string): string {
  const escaped = text.replaceAll(/(.{6})(.)/g, (_, plain: string, last: string) => {
    return `${plain}\\${last.charCodeAt(0).toString(8)}`;
  });
  return Buffer.from(escaped).toString('base64url');
}

const plain = { expires_at: 'PERMANENT', uuid: '11ede399b68b57a5aca6a96b8b6487c9' };
// As in Adobe's guide.
const unused = { ...plain, created_at: '1682448485000', secret_usages: null };
const used = {
  uuid: '11ede8ab42f138f3abe335d886a407fb',
  created_at: '1683005777000',
  secret_usages: [
    { last_used_at: '1683162010101', grant_type: 'client_credentials' },
    { last_used_at: '1683162010999', grant_type: 'client_credentials' },
    { last_used_at: null, grant_type: 'authorization_code' },
  ],
};

describe('the list of client secrets', () => {
  it('has the uuid of each, when it was created, and when it was last used', () => {
    const body = { client_id: 'x', client_secrets: [unused, used] };
    expect(parseSecretList(answer(body), asked)).toEqual([
      { uuid: unused.uuid, createdAt: epochSeconds(1_682_448_485), lastUsedAt: undefined },
      { uuid: used.uuid, createdAt: epochSeconds(1_683_005_777), lastUsedAt: 1_683_162_010 },
    ]);
  });

  it('accepts times as numbers, and secrets without usages', () => {
    const client_secrets = [{ uuid: 'one', created_at: 1_682_448_485_000 }];
    expect(parseSecretList(answer({ client_secrets }), asked)).toMatchObject([
      { createdAt: 1_682_448_485, lastUsedAt: undefined },
    ]);
  });

  it.each(['359457d6d45246c0b4e3232461d587e2', 'f307e3c51db946869c8aa705a6c67c28'])(
    'takes a random uuid that decodes to an escape: %s',
    (uuid) => {
      const client_secrets = [{ ...unused, uuid }];
      expect(parseSecretList(answer({ client_secrets }), asked)).toMatchObject([{ uuid }]);
    },
  );

  it.each<[string, unknown, string]>([
    ['no JSON', '<html>', 'unexpected body'],
    ['no list', {}, 'client_secrets'],
    [
      'more secrets than Adobe will ever allow',
      { client_secrets: Array.from({ length: 21 }, () => unused) },
      'client_secrets has more than 20 secrets',
    ],
    ['a uuid that is none', { client_secrets: [{ ...unused, uuid: 'a/../b' }] }, 'is not an id'],
    ['no uuid', { client_secrets: [{ ...unused, uuid: 7 }] }, 'is not a string'],
    ['no time', { client_secrets: [{ ...unused, created_at: 'once' }] }, 'in milliseconds'],
    [
      'a time without an end',
      { client_secrets: [{ ...unused, created_at: '253402300800000' }] },
      'in milliseconds',
    ],
    [
      'a uuid that repeats a secret',
      { client_secrets: [unused, { ...used, uuid: secret }] },
      'a uuid may repeat a secret',
    ],
    [
      'a uuid that repeats a secret in base64, each 7th character as an octal escape',
      { client_secrets: [{ ...unused, uuid: base64OfEscaped(secret.slice(0, 32)) }] },
      'a uuid may repeat a secret',
    ],
    [
      'a uuid that repeats a part of a secret in hex',
      { client_secrets: [{ ...unused, uuid: Buffer.from(secret.slice(4, 20)).toString('hex') }] },
      'a uuid may repeat a secret',
    ],
    ['a time that is none', { client_secrets: [{ ...unused, created_at: {} }] }, 'is not a time'],
  ])('is malformed with %s', (_, body, problem) => {
    expect(() => parseSecretList(answer(body), asked)).toThrow(
      expect.objectContaining({
        code: 'ERR_CONSOLE_MALFORMED',
        details: { status: 200 },
        message: expect.stringContaining(problem),
      }),
    );
  });
});

describe('a client secret that was added', () => {
  const body = { ...unused, client_secret: secret };

  it.each([200, 201])('has its value, which is never printed, with status %d', (status) => {
    const added = parseAddedSecret(answer(body, status), asked);
    expect(added).toMatchObject({ uuid: unused.uuid, createdAt: 1_682_448_485 });
    expect(added.secret.reveal()).toBe(secret);
    expect(JSON.stringify(added)).not.toContain(secret);
  });

  it.each([undefined, '', 'with space', 'x'.repeat(1_025), 5])(
    'is malformed with the value %j',
    (client_secret) => {
      expect(() => parseAddedSecret(answer({ ...body, client_secret }), asked)).toThrow(
        expect.objectContaining({ code: 'ERR_CONSOLE_MALFORMED' }),
      );
    },
  );
});

it('a client secret that was added must not be its own uuid, which is logged', () => {
  const client_secret = 'p8e-another-AbCdEfGhIjKlMnOp';
  const response = answer({ ...unused, uuid: `_${client_secret}`, client_secret });
  const thrown = expect.objectContaining({
    code: 'ERR_CONSOLE_MALFORMED',
    message: expect.not.stringContaining(client_secret),
  });
  expect(() => parseAddedSecret(response, asked)).toThrow(thrown);
});

describe('a deletion', () => {
  it.each([
    [200, ' '],
    [200, '{}'],
    [204, ''],
    [404, '{"error_code":404101}'],
  ])('is done with status %d and the body %j', (status, body) => {
    expect(() => assertDeleted(answer(body, status), asked)).not.toThrow();
  });

  it.each([
    [403, '', 'ERR_CONSOLE_REJECTED'],
    [404, '', 'ERR_CONSOLE_REJECTED'],
    // A proxy sends a page.
    [404, '<html>', 'ERR_CONSOLE_REJECTED'],
    [200, '<html>', 'ERR_CONSOLE_MALFORMED'],
    [302, '', 'ERR_CONSOLE_PROXY'],
  ])('is not done with status %d and the body %j', (status, body, code) => {
    expect(() => assertDeleted(answer(body, status), asked)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(`answered ${status}`) }),
    );
  });

  it.each([
    ['ERR_CONSOLE_REJECTED', true],
    ['ERR_CONSOLE_CERTIFICATE', true],
    ['ERR_CONSOLE_PROXY', true],
    ['ERR_CONSOLE_UNRESOLVED', true],
    ['ERR_CONSOLE_UNAVAILABLE', false],
    ['ERR_CONSOLE_MALFORMED', false],
    ['ERR_NO_TIME_LEFT', false],
  ])('may have been done after %s, unless that is certain: %s', (code, isCertain) => {
    expect(isUndone(code)).toBe(isCertain);
  });
});

describe('a refusal', () => {
  const body = {
    title: 'ErrInvalidOauthToken',
    error_code: 401_013,
    message: 'Oauth token is not valid',
  };

  it.each([
    [400, 'ERR_CONSOLE_REJECTED', false],
    [401, 'ERR_CONSOLE_REJECTED', false],
    [302, 'ERR_CONSOLE_PROXY', false],
    [511, 'ERR_CONSOLE_PROXY', false],
    [407, 'ERR_CONSOLE_PROXY', false],
    [408, 'ERR_CONSOLE_UNAVAILABLE', true],
    [429, 'ERR_CONSOLE_UNAVAILABLE', true],
    [500, 'ERR_CONSOLE_UNAVAILABLE', true],
    [503, 'ERR_CONSOLE_UNAVAILABLE', true],
  ])('with status %d is %s', (status, code, transient) => {
    expect(() => parseSecretList(answer(body, status, '30'), asked)).toThrow(
      expect.objectContaining({
        code,
        transient,
        message: `the Console API answered ${status} 401013 (Oauth token is not valid)`,
        details: { status, errorCode: '401013', retryAfter: 30 },
      }),
    );
  });

  it('does not repeat a secret', () => {
    const told = { message: `The secret is ${secret}.` };
    expect(() => parseSecretList(answer(told, 500), asked)).toThrow('([redacted])');
  });
});

it('managing secrets takes the scopes that Adobe documents', () => {
  expect(consoleScopes.join(',')).toBe(
    'AdobeID,openid,read_organizations,additional_info.projectedProductContext,' +
      'additional_info.roles,adobeio_api,read_client_secret,manage_client_secrets',
  );
});
