import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { understandCredential } from '../../core/credential.ts';
import { RotatorError } from '../../core/errors.ts';
import { parseEvent } from '../../core/event.ts';
import { epochSeconds } from '../../core/instant.ts';
import { takePairs } from '../../core/ledger.ts';
import { readRequests } from '../../core/mint-budget.ts';
import { parseRetryAfter, retryDelay } from '../../core/retry-delay.ts';
import { type SecretRow, toMetadata } from '../../core/secret-metadata.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { formatStatus, parseStatus, readStatus } from '../../core/status.ts';
import { decodePendingToken, decodeStoredToken } from '../../core/stored-token.ts';
import { parseTokenResponse } from '../../core/token-response.ts';
import { fingerprint, readSettings } from '../../core/token-tags.ts';
import { assertValidated } from '../../core/token-validation.ts';
import { decodeVersionId, encodeVersionId, longestLifetime } from '../../core/version-id.ts';
import { digest, now } from '../support/builders.ts';
import {
  breaking,
  holds,
  hostileJson,
  hostileText,
  outcomeOf,
  poisonous,
  shown,
  textOf,
} from '../support/hostile.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';

const secret = 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5';
const clientId = 'the-client';
const naming = {
  prefix: 'ims-token-rotator/prod',
  clientSecrets: new Map([
    ['lent', 'arn:aws:secretsmanager:us-east-1:111122223333:secret:x-AbCdEf'],
  ]),
};

describe('hostile input is understood, or is an error with a code that shows no secret:', () => {
  const names = [
    ...['client_id', 'client_secret', 'client_secrets', 'CLIENT_SECRETS', 'scope', 'scopes'],
    ...['ims_host', 'org_id', 'product', 'name', 'value', 'key', 'project', secret],
  ];
  const values = [secret, [secret], clientId, 'openid', 'ims-na1.adobelogin.com', `${secret}\r\n`];

  it('a client secret’s value', () => {
    const document = fc.oneof(
      textOf(hostileJson(names, values)),
      fc
        .array(fc.constantFrom(...names, ...breaking, '=', ':', '\n', ' ', secret))
        .map((parts) => parts.join('')),
    );
    holds(document, (text) => {
      const read = outcomeOf(() => understandCredential(text));
      if (read instanceof RotatorError) {
        expect(read.code).toBe('ERR_CREDENTIAL_INVALID');
        expectNoSecrets(shown(read), [secret]);
        return;
      }
      const { credential } = read;
      // What is sent, logged or stored beside the token.
      const rest = [
        credential.clientId,
        credential.imsHost,
        credential.orgId,
        ...credential.scopes,
      ];
      for (const part of rest) expect(part ?? 'x').toMatch(/^[\x21-\x7e]{1,256}$/);
      expectNoSecrets(JSON.stringify(rest), [secret]);
      expect(credential.imsHost).toMatch(/^([a-z0-9-]+\.)+adobelogin\.com$/);
    });
  });

  const requestedAt = now;
  const request = { requestedAt, clientId, clientSecret: new Sensitive(secret) };
  const bodies = textOf(
    hostileJson(
      [
        'access_token',
        'token_type',
        'expires_in',
        'error',
        'error_description',
        'message',
        'valid',
      ],
      [secret, 'bearer', 86_399, 'eyJhIjoxfQ.eyJhIjoxfQ.x', 'invalid_client', 1e21, '86399'],
    ),
  );
  const responses = fc.record({
    status: fc.oneof(fc.constantFrom(200, 204, 400, 401, 407, 429, 503), fc.nat(999)),
    body: bodies,
    debugId: fc.option(fc.oneof(fc.constant(secret), hostileText), { nil: undefined }),
    retryAfter: fc.option(fc.oneof(fc.constantFrom('1', secret), hostileText), { nil: undefined }),
  });

  it('a response to a token request', () => {
    holds(responses, (response) => {
      const token = outcomeOf(() => parseTokenResponse(response, request));
      if (token instanceof RotatorError) {
        expect(token.code).toMatch(/^ERR_(?:TOKEN_(?:UNAVAILABLE|MALFORMED|REJECTED)|IMS_PROXY)$/);
        expectNoSecrets(shown(token), [secret]);
        return;
      }
      expect(token.accessToken.reveal()).toMatch(/^[\x21-\x7e]{1,16384}$/);
      expect(token.accessToken.reveal()).not.toContain(secret);
      expect(token.expiresAt).toBeGreaterThan(requestedAt);
      const id = encodeVersionId({ ...token, fingerprint: 'c0ffee00' }, digest('x'));
      expect(decodeVersionId(id, now)).toMatchObject({ expiresAt: token.expiresAt });
    });
  });

  it('a verdict on a token', () => {
    holds(responses, (response) => {
      const asked = { clientId, accessToken: new Sensitive(secret) };
      const verdict = outcomeOf(() =>
        assertValidated({ ...response, debugId: undefined }, asked, now),
      );
      if (verdict instanceof RotatorError) expectNoSecrets(shown(verdict), [secret]);
      else expect(JSON.parse(response.body).valid).toBe(true);
    });
  });

  it('an event', () => {
    const event = hostileJson(
      ['action', 'credential', 'force', 'replaces', 'shard', 'Step', 'SecretId', 'detail', secret],
      ['tick', 'renew', 'status', 'fusion', secret, '1/1', true, 'createSecret'],
    );
    holds(event, (value) => {
      const command = outcomeOf(() => parseEvent(value, naming));
      if (!(command instanceof RotatorError)) return;
      expect(command.code).toBe('ERR_EVENT_INVALID');
      expect(command.message.length).toBeLessThan(2_000);
      expectNoSecrets(shown(command), [secret]);
    });
  });

  it('a field of an event that is megabytes long, or a secret', () => {
    for (const name of ['k'.repeat(5e6), secret]) {
      const command = outcomeOf(() => parseEvent({ action: 'tick', [name]: 1 }, naming));
      expect((command as RotatorError).message).toContain('(hidden) is not a known field');
    }
  });
});

describe('hostile metadata is ignored, or read as far as it is plausible:', () => {
  const instants = fc.constantFrom(
    '2026-11-22T12:00:00Z',
    '9999-12-31T23:59:59Z',
    '0000-01-01T00:00:00Z',
  );
  const status = fc.oneof(
    hostileText,
    fc
      .tuple(hostileText, instants, hostileText)
      .map(
        ([code, since, end]) => `failing code=ERR_${code} since=${since}${end} credential=c0ffee00`,
      ),
    instants.map((at) => `failing code=ERR_X/a since=${at} retry-at=${at} credential=c0ffee00`),
  );
  const keys = ['status', 'requested', 'paused', 'scopes', 'product', 'renew-before'];
  const tags = fc
    .array(
      fc.tuple(
        fc.oneof(fc.constantFrom(...keys.map((key) => `ims-token-rotator:${key}`)), hostileText),
        fc.oneof(status, instants, hostileText, fc.constantFrom('P1D', `P${'9'.repeat(300)}D`)),
      ),
      { maxLength: 50 },
    )
    .map((entries) => entries.map(([Key, Value]) => ({ Key, Value })));

  it('tags', () => {
    holds(tags, (Tags) => {
      const { tags: read } = toMetadata({ Tags });
      readSettings(read);
      expect(fingerprint(digest, 'arn', 'version', read)).toMatch(/^[0-9a-f]{8}$/);
      expect(readRequests(read, now).every((at) => at <= now + 300)).toBe(true);
      const failure = parseStatus(read);
      if (failure !== undefined)
        expect(parseStatus({ 'ims-token-rotator:status': formatStatus(failure) })).toEqual(failure);
      const counted = readStatus(read, 'c0ffee00', now);
      expect((counted?.retryAt ?? now) - now).toBeLessThanOrEqual(3_900);
    });
  });

  it('version ids', () => {
    const hex = (length: number) =>
      fc.string({
        unit: fc.constantFrom(...'0123456789abcdef'),
        minLength: length,
        maxLength: length,
      });
    const own = fc
      .tuple(hex(8), hex(4), hex(3), hex(3), hex(12))
      .map(([a, b, c, d, e]) => `${a}-${b}-8${c}-8${d}-${e}`);
    holds(fc.oneof(own, hostileText), (id) => {
      const fields = decodeVersionId(id, now);
      if (fields === undefined) return;
      expect(fields.expiresAt - fields.lifetime).toBeLessThanOrEqual(now + 300);
      expect(fields.lifetime).toBeGreaterThan(0);
      expect(fields.lifetime).toBeLessThan(2 ** 20);
    });
  });

  it('the value of a token secret', () => {
    const value = textOf(
      hostileJson(
        ['access_token', 'expires_at', 'issued_at', 'client_id', 'ims_host', 'scope'],
        ['2026-11-22T12:00:00Z', '2026-11-23T12:00:00Z', 'the-token', 'ims-na1.adobelogin.com'],
      ),
    );
    holds(value, (text) => {
      const stored = decodeStoredToken(text, now);
      if (stored === undefined) expect(decodePendingToken(text, now)).toBeUndefined();
      else {
        expect(JSON.parse(text).access_token).toMatch(/^[\x21-\x7e]+$/);
        expect(stored.expiresAt - stored.issuedAt).toBeLessThanOrEqual(longestLifetime);
      }
    });
  });

  it('Retry-After', () => {
    const header = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0123456789-+.eE ,:GMT'), maxLength: 40 }),
      fc.constantFrom('Sun, 22 Nov 9999 12:00:09 GMT', 'Sun, 99 Nov 2026 12:00:09 GMT', 'Infinity'),
      hostileText,
    );
    holds(header, (text) => {
      const seconds = parseRetryAfter(text, now);
      if (seconds === undefined) return;
      expect(seconds).toBeGreaterThan(0);
      expect(Number.isFinite(retryDelay(1, 1, seconds))).toBe(true);
    });
  });

  it('pages of a list', () => {
    const name = fc.oneof(
      fc
        .tuple(
          fc.constantFrom('fusion', 'a', ...poisonous, secret),
          fc.constantFrom('client', 'token', ''),
        )
        .map(([credential, kind]) => `${naming.prefix}/${credential}/${kind}`),
      hostileText,
    );
    const stages = fc.dictionary(
      fc.oneof(hostileText, fc.constantFrom(...poisonous)),
      fc.array(fc.constantFrom('AWSCURRENT', 'AWSPREVIOUS', 'AWSPENDING', '__proto__')),
      { maxKeys: 5 },
    );
    const row = fc.tuple(
      fc.record<SecretRow>({
        Name: fc.option(name, { nil: undefined }),
        ARN: fc.option(hostileText, { nil: undefined }),
        Tags: fc.option(tags, { nil: undefined }),
        PrimaryRegion: fc.option(fc.constantFrom('us-east-1', 'eu-west-1'), { nil: undefined }),
        LastChangedDate: fc.option(fc.date({ noInvalidDate: false }), { nil: undefined }),
      }),
      stages,
    );
    holds(fc.array(fc.array(row, { maxLength: 8 }), { maxLength: 4 }), (pages) => {
      const ledger = new Map();
      const scope = { prefix: naming.prefix, region: 'us-east-1' };
      for (const page of pages) {
        const rows = page.map(([fields, versions]) => toMetadata(fields, versions));
        for (const [credential, { client, token }] of takePairs(ledger, rows, scope)) {
          expect(credential).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/);
          expect([client?.name, token?.name]).toEqual(
            ['client', 'token'].map((kind) => `${naming.prefix}/${credential}/${kind}`),
          );
        }
      }
    });
  });
});

describe('the largest hostile input', () => {
  const nested = '['.repeat(1e5) + ']'.repeat(1e5);
  // Recursion would overflow the stack.
  it.each([
    ['lists', nested],
    ['a scope', `{"client_id":"${clientId}","client_secret":"${secret}","scope":${nested}}`],
  ])('may be nested 100,000 deep: %s', (_, text) => {
    const request = { requestedAt: now, clientId, clientSecret: new Sensitive(secret) };
    for (const [parse, code] of [
      [() => understandCredential(text), 'ERR_CREDENTIAL_INVALID'],
      [() => parseTokenResponse({ status: 200, body: text }, request), 'ERR_TOKEN_MALFORMED'],
      [() => parseTokenResponse({ status: 400, body: text }, request), 'ERR_TOKEN_REJECTED'],
      [() => parseEvent(JSON.parse(text), naming), 'ERR_EVENT_INVALID'],
    ] as const) {
      expect(outcomeOf<unknown>(parse)).toMatchObject({ code });
    }
    expect(decodeStoredToken(text, epochSeconds(now))).toBeUndefined();
  });
});
