import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import { observeMetadata, observeValue, versionOf } from '../../core/observation.ts';
import { fingerprint } from '../../core/token-tags.ts';
import { encodeVersionId } from '../../core/version-id.ts';
import { digest, hour, now } from '../support/builders.ts';

const context = { now, tick: 900, digest };
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
      now,
      tick: 900,
      paused: false,
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
