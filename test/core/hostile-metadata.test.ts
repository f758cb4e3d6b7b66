import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import { takePairs } from '../../core/ledger.ts';
import { readRequests } from '../../core/mint-budget.ts';
import { parseRetryAfter, retryDelay } from '../../core/retry-delay.ts';
import { type SecretRow, toMetadata } from '../../core/secret-metadata.ts';
import { formatStatus, parseStatus, readStatus } from '../../core/status.ts';
import { decodePendingToken, decodeStoredToken } from '../../core/stored-token.ts';
import { fingerprint, readSettings } from '../../core/token-tags.ts';
import { decodeVersionId, encodeVersionId, longestLifetime } from '../../core/version-id.ts';
import { digest, now } from '../support/builders.ts';
import {
  holds,
  hostileJson,
  hostileText,
  mostly,
  poisonous,
  textOf,
  understands,
} from '../support/hostile.ts';

const secret = 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5';
const clientId = 'the-client';
const prefix = 'ims-token-rotator/prod';

describe('hostile metadata is ignored, or read as far as it is plausible:', () => {
  const instants = fc.constantFrom(
    '2026-11-22T12:00:00Z',
    '9999-12-31T23:59:59Z',
    '0000-01-01T00:00:00Z',
  );
  const status = fc.oneof(
    hostileText,
    fc
      .tuple(
        mostly(['X', 'TOKEN_REJECTED/invalid_client'], ['x', 'X/', `X/${secret} `]),
        mostly(['2026-11-22T12:00:00Z'], ['9999-99-99T00:00:00Z']),
        mostly(['', ' retry-at=2026-11-22T12:30:00Z'], [' retry-at=9999-12-31T23:59:59Z', ' ']),
        mostly(['c0ffee00'], ['00000000', 'c0ffee0']),
      )
      .map(
        ([code, since, retry, credential]) =>
          `failing code=ERR_${code} since=${since}${retry} credential=${credential}`,
      ),
  );
  const keys = ['status', 'requested', 'paused', 'scopes', 'product', 'renew-before'];
  const requests = fc
    .array(fc.oneof({ weight: 3, arbitrary: instants }, hostileText), { maxLength: 5 })
    .map((all) => all.join(' '));
  const own = fc.oneof(
    fc.tuple(fc.constant('status'), status),
    fc.tuple(fc.constant('requested'), requests),
    fc.tuple(
      fc.constant('renew-before'),
      mostly(['P1D', 'PT1H30M'], [`P${'9'.repeat(300)}D`, 'P']),
    ),
  );
  const tags = fc
    .array(
      fc.oneof(
        {
          weight: 3,
          arbitrary: own.map(([key, value]) => [`ims-token-rotator:${key}`, `${value}`] as const),
        },
        fc.tuple(
          fc.oneof(fc.constantFrom(...keys.map((key) => `ims-token-rotator:${key}`)), hostileText),
          fc.oneof(status, instants, hostileText),
        ),
      ),
      { maxLength: 50 },
    )
    .map((entries) => entries.map(([Key, Value]) => ({ Key, Value })));

  it('tags', () => {
    const seen = { failures: 0, waits: 0, requests: 0, durations: 0 };
    holds(tags, (Tags) => {
      const { tags: read } = toMetadata({ Tags });
      const { renewBefore } = readSettings(read);
      if (renewBefore !== undefined) seen.durations += 1;
      expect(renewBefore ?? 0).toBeGreaterThanOrEqual(0);
      expect(fingerprint(digest, 'arn', 'version', read)).toMatch(/^[0-9a-f]{8}$/);
      const requested = readRequests(read, now);
      seen.requests += requested.length;
      expect(requested.every((at) => at <= now + 300)).toBe(true);
      const failure = parseStatus(read);
      if (failure !== undefined) {
        expect(parseStatus({ 'ims-token-rotator:status': formatStatus(failure) })).toEqual(failure);
        seen.failures += 1;
      }
      const counted = readStatus(read, 'c0ffee00', now);
      if (counted?.retryAt !== undefined) seen.waits += 1;
      expect((counted?.retryAt ?? now) - now).toBeLessThanOrEqual(3_900);
    });
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(0);
  });

  it('version ids', () => {
    // Of tokens around now, and of any other.
    const fields = fc.record({
      expiresAt: fc
        .oneof(fc.integer({ min: now - 2e6, max: now + 2e6 }), fc.nat(2 ** 38))
        .map(epochSeconds),
      lifetime: fc.oneof(fc.constantFrom(0, 1, longestLifetime), fc.nat(2 ** 20 - 1)),
      fingerprint: fc.constantFrom('c0ffee00', '00000000'),
    });
    const own = fc
      .tuple(fields, fc.option(fc.nat(35)), fc.constantFrom(...'0189abf-A'))
      .map(([right, at, character]) => {
        const id = encodeVersionId(right, digest('x'));
        return at === null ? id : `${id.slice(0, at)}${character}${id.slice(at + 1)}`;
      });
    understands(fc.oneof({ weight: 3, arbitrary: own }, hostileText), (id) => {
      const read = decodeVersionId(id, now);
      if (read === undefined) return false;
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(read.expiresAt - read.lifetime).toBeLessThanOrEqual(now + 300);
      expect(read.lifetime).toBeGreaterThan(0);
      expect(read.lifetime).toBeLessThan(2 ** 20);
      return true;
    });
  });

  it('the value of a token secret', () => {
    const names = ['access_token', 'expires_at', 'issued_at', 'client_id', 'ims_host', 'scope'];
    const instantsOfToken = ['2026-11-22T12:00:00Z', '2026-11-23T12:00:00Z'];
    const hosts = ['ims-na1.adobelogin.com', 'ims-na1.adobelogin.com.example'];
    const almost = fc.record({
      access_token: mostly(['the-token'], ['', 'the token', 7]),
      issued_at: mostly([instantsOfToken[0], '2026-11-22T13:00:00+01:00'], ['2026-11-22', 7]),
      expires_at: mostly([instantsOfToken[1]], ['2026-12-22T12:00:00Z', instantsOfToken[0], null]),
      client_id: mostly([clientId], ['', undefined]),
      ims_host: mostly([hosts[0], undefined], [hosts[1], 7]),
    });
    const other = hostileJson(names, [...instantsOfToken, ...hosts, 'the-token']);
    const value = fc.oneof(
      almost.map((one) => JSON.stringify(one)),
      textOf(fc.oneof(almost, other)),
    );
    understands(value, (text) => {
      const stored = decodeStoredToken(text, now);
      const pending = decodePendingToken(text, now);
      if (stored === undefined) {
        expect(pending).toBeUndefined();
        return false;
      }
      expect(JSON.parse(text).access_token).toMatch(/^[\x21-\x7e]+$/);
      expect(stored.expiresAt - stored.issuedAt).toBeLessThanOrEqual(longestLifetime);
      if (pending === undefined) return false;
      expect(pending).toMatchObject({ expiresAt: stored.expiresAt, issuedAt: stored.issuedAt });
      // The token is sent there, to be asked about.
      expect(pending.imsHost).toMatch(/^([a-z0-9-]+\.)+adobelogin\.com$/);
      return true;
    });
  });

  it('Retry-After', () => {
    const header = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0123456789-+.eE ,:GMT'), maxLength: 40 }),
      fc.constantFrom('Sun, 22 Nov 9999 12:00:09 GMT', 'Sun, 99 Nov 2026 12:00:09 GMT', 'Infinity'),
      hostileText,
    );
    understands(header, (text) => {
      const seconds = parseRetryAfter(text, now);
      if (seconds === undefined) return false;
      expect(seconds).toBeGreaterThan(0);
      expect(Number.isFinite(retryDelay(1, 1, seconds))).toBe(true);
      return true;
    });
  });

  it('pages of a list', () => {
    const name = fc.oneof(
      fc
        .tuple(
          mostly(['fusion', 'a'], [...poisonous, secret]),
          mostly(['client', 'token'], ['', 'client/token']),
        )
        .map(([credential, kind]) => `${prefix}/${credential}/${kind}`),
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
        PrimaryRegion: fc.constantFrom(undefined, 'us-east-1', 'eu-west-1'),
        LastChangedDate: fc.option(fc.date({ noInvalidDate: false }), { nil: undefined }),
      }),
      stages,
    );
    understands(fc.array(fc.array(row, { maxLength: 8 }), { maxLength: 4 }), (pages) => {
      const ledger = new Map();
      let pairs = 0;
      const scope = { prefix, region: 'us-east-1' };
      for (const page of pages) {
        const rows = page.map(([fields, versions]) => toMetadata(fields, versions));
        for (const [credential, { client, token }] of takePairs(ledger, rows, scope)) {
          expect(credential).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/);
          expect([client?.name, token?.name]).toEqual(
            ['client', 'token'].map((kind) => `${prefix}/${credential}/${kind}`),
          );
          pairs += 1;
        }
      }
      return pairs > 0;
    });
  });
});
