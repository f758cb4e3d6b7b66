import { describe, expect, it } from 'vitest';
import { formatInstant, parseDuration, parseInstant } from '../../core/instant.ts';
import { type LedgerEntry, type SecretMetadata, takePairs } from '../../core/ledger.ts';
import { isCredentialName, parseSecretName, secretNames } from '../../core/secret-name.ts';
import { fingerprint, readSettings } from '../../core/token-tags.ts';
import { digest, now } from '../support/builders.ts';

const prefix = 'ims-token-rotator/prod';
const naming = { prefix, clientSecrets: new Map<string, string>() };

describe('secret names', () => {
  it('are the prefix, the credential and the kind', () => {
    const names = secretNames(naming, 'fusion');
    expect(names).toEqual({
      client: 'ims-token-rotator/prod/fusion/client',
      token: 'ims-token-rotator/prod/fusion/token',
    });
    expect(parseSecretName(prefix, names.client)).toEqual({ credential: 'fusion', kind: 'client' });
    expect(parseSecretName(prefix, names.token)).toEqual({ credential: 'fusion', kind: 'token' });
  });

  it.each([
    'ims-token-rotator/prod',
    'ims-token-rotator/prod/',
    'ims-token-rotator/prod/fusion',
    'ims-token-rotator/prod/fusion/other',
    'ims-token-rotator/prod/fusion/client/more',
    'ims-token-rotator/prod/Fusion/client',
    'ims-token-rotator/prod2/fusion/client',
    'other/ims-token-rotator/prod/fusion/client',
  ])('do not include %s', (name) => {
    expect(parseSecretName(prefix, name)).toBeUndefined();
  });

  it.each([
    ['a', true],
    ['workfront-fusion', true],
    ['0', true],
    ['a'.repeat(63), true],
    ['a'.repeat(64), false],
    ['-a', false],
    ['A', false],
    ['a_b', false],
    ['', false],
  ])('of credential %j: %s', (name, allowed) => {
    expect(isCredentialName(name)).toBe(allowed);
  });
});

describe('settings', () => {
  const tag = (name: string, value: string) => ({ [`ims-token-rotator:${name}`]: value });

  it.each([
    ['nothing', { unrelated: 'x' }, { paused: false }],
    ['paused', tag('paused', 'true'), { paused: true }],
    ['paused by an empty value', tag('paused', ''), { paused: true }],
    ['not paused', tag('paused', 'false'), { paused: false }],
    ['a product', tag('product', 'firefly'), { paused: false, product: 'firefly' }],
    [
      'scopes',
      tag('scopes', ' openid  AdobeID '),
      { paused: false, scopes: ['openid', 'AdobeID'] },
    ],
    ['no scopes', tag('scopes', ' '), { paused: false }],
    ['renew-before', tag('renew-before', 'PT6H'), { paused: false, renewBefore: 21_600 }],
    ['a broken renew-before', tag('renew-before', '6 hours'), { paused: false }],
  ])('of tags that say %s', (_, tags, settings) => {
    expect(readSettings(tags)).toEqual(settings);
  });

  it('are in the fingerprint, with the client secret and its version', () => {
    const of = (arn: string, version: string, tags = {}) => fingerprint(digest, arn, version, tags);
    const base = of('arn:a', 'v1');
    expect(base).toMatch(/^[0-9a-f]{8}$/);
    expect(of('arn:a', 'v1', { unrelated: 'x', ...tag('status', 'ok') })).toBe(base);
    const others = [
      of('arn:b', 'v1'),
      of('arn:a', 'v2'),
      of('arn:a', 'v1', tag('product', 'firefly')),
      of('arn:a', 'v1', tag('scopes', 'firefly')),
      of('arn:a', 'v1', tag('renew-before', 'PT6H')),
    ];
    expect(new Set([base, ...others]).size).toBe(6);
  });
});

describe('instants and durations', () => {
  it('are RFC 3339 in UTC, in whole seconds', () => {
    expect(formatInstant(now)).toBe('2026-11-22T12:00:00Z');
    expect(parseInstant('2026-11-22T12:00:00Z')).toBe(now);
    expect(parseInstant('2026-11-22T13:00:00.999+01:00')).toBe(now);
  });

  it.each(['', 'tomorrow', '2026-11-22', '2026-11-22T12:00:00', '2026-13-41T12:00:00Z'])(
    'do not include %j',
    (text) => {
      expect(parseInstant(text)).toBeUndefined();
    },
  );

  it.each([
    ['PT12H', 43_200],
    ['P1D', 86_400],
    ['P1DT1H1M1S', 90_061],
    ['PT30M', 1_800],
    ['P', undefined],
    ['PT', undefined],
    ['P1DT', undefined],
    ['12H', undefined],
    ['PT1.5H', undefined],
    ['-PT1H', undefined],
  ])('ISO 8601 %s is %s seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });
});

describe('the ledger', () => {
  const row = (name: string, extra: Partial<SecretMetadata> = {}): SecretMetadata => ({
    name,
    arn: `arn:${name}`,
    tags: {},
    ...extra,
  });

  it('joins the two secrets of a credential from any page and in any order', () => {
    const ledger = new Map<string, LedgerEntry>();
    const scope = { prefix, region: 'us-east-1' };
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => secretNames(naming, name));
    const both = [row(d?.client ?? ''), row(d?.token ?? '')];
    const first = takePairs(ledger, [row(a?.token ?? ''), row(b?.client ?? ''), ...both], scope);
    expect(first.map(([credential]) => credential)).toEqual(['d']);
    const second = takePairs(
      ledger,
      [
        row(a?.client ?? '', { primaryRegion: 'us-east-1' }),
        row(c?.token ?? '', { primaryRegion: 'eu-west-1' }),
        row('ims-token-rotator/production/d/token'),
      ],
      scope,
    );
    expect(second).toEqual([
      [
        'a',
        {
          token: row(a?.token ?? ''),
          client: row(a?.client ?? '', { primaryRegion: 'us-east-1' }),
        },
      ],
    ]);
    expect([...ledger]).toEqual([['b', { client: row(b?.client ?? '') }]]);
  });
});
