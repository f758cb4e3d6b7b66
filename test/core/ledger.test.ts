import { describe, expect, it } from 'vitest';
import { type LedgerEntry, type SecretMetadata, takePairs } from '../../core/ledger.ts';
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
