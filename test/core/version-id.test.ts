import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import { decodeVersionId, encodeVersionId, matchesContent } from '../../core/version-id.ts';
import { digest, lifetime, now } from '../support/builders.ts';

const content = digest('the exact SecretString');

const fields = fc.record({
  issuedAt: fc.integer({ min: 1, max: now + 300 }),
  lifetime: fc.integer({ min: 1, max: 2 ** 20 - 1 }),
  fingerprint: fc.stringMatching(/^[0-9a-f]{8}$/),
});

describe('the version id', () => {
  it('has its published layout', () => {
    const id = encodeVersionId(
      { expiresAt: epochSeconds(1_795_435_199), lifetime: 86_399, fingerprint: '89abcdef' },
      '12345ffff',
    );
    // 1795435199000 ms is 0x1a20846fa18, 86399 s is 0x1517f.
    expect(id).toBe('01a20846-fa18-8123-8151-7f89abcdef45');
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(1_795_435_199_000);
  });

  it('is decoded as it was encoded, and is a valid RFC 9562 UUIDv8', () => {
    fc.assert(
      fc.property(fields, ({ issuedAt, lifetime: life, fingerprint }) => {
        const token = { expiresAt: epochSeconds(issuedAt + life), lifetime: life, fingerprint };
        const id = encodeVersionId(token, content);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(decodeVersionId(id, now)).toEqual(token);
      }),
    );
  });

  it('sorts by expiry', () => {
    fc.assert(
      fc.property(fc.array(fields, { minLength: 2, maxLength: 20 }), (tokens) => {
        const expiries = tokens.map((token) => token.issuedAt + token.lifetime);
        const ids = tokens.map((token, index) =>
          encodeVersionId({ ...token, expiresAt: epochSeconds(expiries[index] ?? 0) }, content),
        );
        const sorted = ids.toSorted().map((id) => decodeVersionId(id, now)?.expiresAt);
        expect(sorted).toEqual(expiries.toSorted((a, b) => a - b));
      }),
    );
  });

  it('differs for different content', () => {
    const token = { expiresAt: now, lifetime, fingerprint: '89abcdef' };
    expect(encodeVersionId(token, digest('a'))).not.toBe(encodeVersionId(token, digest('b')));
  });

  it('is never decoded from a random UUID', () => {
    for (let round = 0; round < 10_000; round += 1) {
      expect(decodeVersionId(randomUUID(), now)).toBeUndefined();
    }
  });

  const ours = (overrides: { expiresAt?: number; lifetime?: number } = {}): string =>
    encodeVersionId(
      {
        expiresAt: epochSeconds(overrides.expiresAt ?? now + 60),
        lifetime: overrides.lifetime ?? lifetime,
        fingerprint: '89abcdef',
      },
      content,
    );

  it.each([
    ['no lifetime', ours({ lifetime: 0 })],
    ['an issue time 301 seconds ahead', ours({ expiresAt: now + 301 + lifetime })],
    ['another UUID version', `${ours().slice(0, 14)}7${ours().slice(15)}`],
    ['another layout', `${ours().slice(0, 19)}9${ours().slice(20)}`],
    ['upper case', ours().toUpperCase()],
    ['a further character', `${ours()}0`],
    ['a name that is not a UUID', 'terraform-20261122120000'],
  ])('is foreign with %s', (_, id) => {
    expect(decodeVersionId(id, now)).toBeUndefined();
  });

  it('is accepted with an issue time 300 seconds ahead', () => {
    expect(decodeVersionId(ours({ expiresAt: now + 300 + lifetime }), now)).toBeDefined();
  });
});

describe('matchesContent', () => {
  const token = { expiresAt: epochSeconds(now), lifetime: 60, fingerprint: 'c0ffee00' };

  it('compares the hash bits of an id with a content', () => {
    const id = encodeVersionId(token, digest('a'));
    expect(matchesContent(id, digest('a'))).toBe(true);
    expect(matchesContent(id, digest('b'))).toBe(false);
    expect(matchesContent('by-hand', digest('a'))).toBe(false);
  });
});
