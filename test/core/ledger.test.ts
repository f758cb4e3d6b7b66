import { describe, expect, it } from 'vitest';
import { isOnlyLent, type LedgerEntry, type SecretMetadata, takePairs } from '../../core/ledger.ts';
import { secretNames } from '../../core/secret-name.ts';

const prefix = 'ims-token-rotator/prod';
const naming = { prefix, clientSecrets: new Map<string, string>() };

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

describe('a client secret in the ledger', () => {
  const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:x/fusion/client-AbCdEf';
  const client = { name: 'x/fusion/client', arn, tags: {} };
  const token = { name: 'x/fusion/token', arn: '', tags: {} };
  const lent = { clientSecrets: new Map([['reports', arn]]), declared: new Set<string>() };

  it.each([
    ['when only others use it', { client }, lent, true],
    ['not while its credential has a token secret', { client, token }, lent, false],
    ['not when nobody uses it', { client }, { ...lent, clientSecrets: new Map() }, false],
    [
      'not when the stack declares it',
      { client },
      { ...lent, declared: new Set(['fusion']) },
      false,
    ],
    [
      'not when its credential has another one',
      { client },
      { ...lent, clientSecrets: new Map([...lent.clientSecrets, ['fusion', 'arn:other']]) },
      false,
    ],
    ['not when it is absent', { token }, lent, false],
  ])('is no credential of its own %s', (_, entry, naming, expected) => {
    expect(isOnlyLent('fusion', entry, naming)).toBe(expected);
  });
});
