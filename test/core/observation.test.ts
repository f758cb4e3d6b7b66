import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import {
  observeMetadata,
  observeSameContent,
  observeSameFailure,
  observeValue,
  versionOf,
} from '../../core/observation.ts';
import { fingerprint } from '../../core/token-tags.ts';
import { encodeVersionId } from '../../core/version-id.ts';
import { digest, hour, now } from '../support/builders.ts';

const context = { credential: 'fusion', now, tick: 900, digest };
const client = { arn: 'arn-of-the-client-secret', versionId: 'v1' };
const own = encodeVersionId(
  { expiresAt: epochSeconds(now + hour), lifetime: 24 * hour, fingerprint: 'c0ffee00' },
  digest('x'),
);

const secret = (more: Partial<SecretMetadata> = {}): SecretMetadata => ({
  name: 'ims-token-rotator/prod/fusion/token',
  arn: 'arn-of-the-token-secret',
  tags: {},
  ...more,
});

describe('observeMetadata', () => {
  it("reads the token from the id of the rotator's own version", () => {
    expect(observeMetadata(context, secret({ currentVersionId: own }), client)).toEqual({
      credential: 'fusion',
      now,
      tick: 900,
      paused: false,
      isOld: false,
      isOverdue: false,
      requested: [],
      issued: [now - 23 * hour],
      isCredentialUnseen: false,
      versionId: own,
      token: {
        issuedAt: now - 23 * hour,
        expiresAt: now + hour,
        lifetime: 24 * hour,
        fingerprint: 'c0ffee00',
      },
      fingerprint: fingerprint(digest, client.arn, client.versionId, {}),
      failure: undefined,
    });
  });

  it('knows when the tokens were issued whose ids tell it', () => {
    const older = encodeVersionId(
      { expiresAt: now, lifetime: 24 * hour, fingerprint: 'c0ffee00' },
      digest('y'),
    );
    const issuedOf = (currentVersionId?: string, previousVersionId?: string) =>
      observeMetadata(context, secret({ currentVersionId, previousVersionId }), client).issued;
    expect(issuedOf()).toEqual([]);
    expect(issuedOf(own, 'by-hand')).toEqual([now - 23 * hour]);
    expect(issuedOf('by-hand', older)).toEqual([now - 24 * hour]);
    // A restored version may be older than the one before it.
    expect(issuedOf(older, own)).toEqual([now - 23 * hour, now - 24 * hour]);
  });

  it('knows the requests that the tag tells of', () => {
    const tags = { 'ims-token-rotator:requested': '2026-11-22T11:00:00Z' };
    const { requested } = observeMetadata(context, secret({ tags }), client);
    expect(requested).toEqual([now - hour]);
  });

  it('assumes that a credential it cannot see is the one that the token was minted from', () => {
    const metadata = secret({ currentVersionId: own });
    expect(observeMetadata(context, metadata, 'unseen')).toMatchObject({
      isCredentialUnseen: true,
      fingerprint: 'c0ffee00',
      token: { fingerprint: 'c0ffee00' },
    });
    const empty = observeMetadata(context, secret(), 'unseen');
    expect(empty).toMatchObject({ fingerprint: '00000000', token: 'empty' });
  });

  it('does not believe an id that claims more than 25 hours, whatever the one before claims', () => {
    const claiming = (lifetime: number) =>
      encodeVersionId(
        { expiresAt: epochSeconds(now + hour), lifetime, fingerprint: 'c0ffee00' },
        digest('x'),
      );
    const tokenOf = (lifetime: number) =>
      observeMetadata(
        context,
        secret({ currentVersionId: claiming(lifetime), previousVersionId: claiming(lifetime) }),
        client,
      ).token;
    expect(tokenOf(25 * hour)).toMatchObject({ lifetime: 25 * hour });
    expect(tokenOf(25 * hour + 1)).toBe('unread');
    expect(tokenOf(12 * 24 * hour)).toBe('unread');
  });

  it.each([
    ['a declared one after more than a day', true, 24 * hour + 1, true, true],
    ['a declared one within a day', true, 24 * hour, false, false],
    ['one that nobody declared', false, 48 * hour, true, false],
  ])('expects a value of %s', (_, isDeclared, age, isOld, isOverdue) => {
    const metadata = secret({ createdAt: epochSeconds(now - age) });
    expect(observeMetadata({ ...context, isDeclared }, metadata, undefined)).toMatchObject({
      isOld,
      isOverdue,
    });
  });

  it.each([
    ['no token secret', undefined, 'absent'],
    ['a token secret without a value', secret(), 'empty'],
    ['a foreign version', secret({ currentVersionId: 'by-hand' }), 'unread'],
    ['a rotation that has only begun', secret({ pendingVersionId: 'by-rotation' }), 'empty'],
  ])('reports %s', (_, metadata, token) => {
    expect(observeMetadata(context, metadata, client)).toMatchObject({ token });
  });

  it('reads the settings and the failure from the tags', () => {
    const tags = {
      'ims-token-rotator:paused': 'true',
      'ims-token-rotator:renew-before': 'PT1H',
      'ims-token-rotator:status':
        'failing code=ERR_CREDENTIAL_MISSING since=2026-11-22T11:00:00Z credential=00000000',
    };
    expect(observeMetadata(context, secret({ tags }), undefined)).toMatchObject({
      paused: true,
      renewBefore: hour,
      fingerprint: undefined,
      failure: { code: 'ERR_CREDENTIAL_MISSING', since: now - hour },
    });
  });
});

describe('observeValue', () => {
  const unread = observeMetadata(context, secret({ currentVersionId: 'by-hand' }), client);
  const stored = { issuedAt: now, expiresAt: epochSeconds(now + hour) };

  it('adds the token and the credential that it was minted from', () => {
    expect(observeValue(unread, stored, 'c0ffee00')).toEqual({
      ...unread,
      token: { ...stored, lifetime: hour, fingerprint: 'c0ffee00' },
    });
  });

  it.each(['malformed', 'empty'] as const)('reports that the value is %s', (value) => {
    expect(observeValue(unread, value, undefined)).toEqual({ ...unread, token: value });
  });
});

describe('observeSameContent', () => {
  it('takes the token for one of the current credential', () => {
    const observed = observeMetadata(context, secret({ currentVersionId: own }), client);
    const same = observeSameContent(observed);
    expect(same.token).toMatchObject({ fingerprint: observed.fingerprint });
    const empty = observeMetadata(context, secret(), client);
    expect(observeSameContent(empty)).toEqual(empty);
  });
});

describe('a remembered failure', () => {
  const mark = fingerprint(digest, client.arn, client.versionId, {});
  const failing = (retryAt: string, credential = mark) => ({
    'ims-token-rotator:status': `failing code=ERR_TOKEN_NOT_LATER since=2026-11-22T12:00:00Z retry-at=${retryAt} credential=${credential}`,
  });
  const expiringIn = (seconds: number) =>
    encodeVersionId(
      { expiresAt: epochSeconds(now + seconds), lifetime: 24 * hour, fingerprint: mark },
      digest('x'),
    );
  const retryOf = (seconds: number, retryAt: string) =>
    observeMetadata(
      context,
      secret({ currentVersionId: expiringIn(seconds), tags: failing(retryAt) }),
      client,
    ).failure?.retryAt;

  it('waits no longer than until two ticks before the stored token expires', () => {
    expect(retryOf(2_400, '2026-11-22T12:10:00Z')).toBe(now + 600);
    expect(retryOf(2_400, '2026-11-22T13:00:00Z')).toBe(now + 600);
    expect(retryOf(1_800, '2026-11-22T13:00:00Z')).toBe(now);
    expect(retryOf(1, '2026-11-22T13:00:00Z')).toBeLessThan(now);
  });

  it('waits as it says once the stored token has expired', () => {
    expect(retryOf(0, '2026-11-22T13:00:00Z')).toBe(now + hour);
  });

  it('waits no longer when only the value shows that the token expires', () => {
    const tags = failing('2026-11-22T13:00:00Z');
    const unread = observeMetadata(context, secret({ currentVersionId: 'by-hand', tags }), client);
    expect(unread.failure?.retryAt).toBe(now + hour);
    const stored = { issuedAt: now, expiresAt: epochSeconds(now + 1_800) };
    expect(observeValue(unread, stored, mark).failure?.retryAt).toBe(now);
  });

  it('is about the current version when that has the content of the version before', () => {
    const tags = failing('2026-11-22T13:00:00Z', '0a0b0c0d');
    const currentVersionId = expiringIn(2_400);
    const observed = observeMetadata(context, secret({ currentVersionId, tags }), client);
    expect(observed.failure).toBeUndefined();
    expect(observeSameFailure(observed, tags, '0a0b0c0d').failure).toMatchObject({
      code: 'ERR_TOKEN_NOT_LATER',
      retryAt: now + 600,
      fingerprint: mark,
    });
    expect(observeSameFailure(observed, {}, '0a0b0c0d')).toEqual(observed);
    const without = { ...observed, fingerprint: undefined };
    expect(observeSameFailure(without, tags, '0a0b0c0d').failure?.fingerprint).toBe('00000000');
  });
});

describe('versionOf', () => {
  it('returns the current version, if the secret has a value', () => {
    expect(versionOf(secret({ currentVersionId: 'v1' }))).toEqual({
      arn: 'arn-of-the-token-secret',
      versionId: 'v1',
    });
    expect(versionOf(secret({ pendingVersionId: 'v1' }))).toBeUndefined();
    expect(versionOf(undefined)).toBeUndefined();
  });
});
