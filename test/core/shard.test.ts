import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { credentialNamePattern, mostShards, shardsOf } from '../../core/contract.ts';
import {
  formatShard,
  type Part,
  parseShard,
  partOf,
  type Shard,
  wholeFleet,
} from '../../core/shard.ts';

const name = fc.stringMatching(credentialNamePattern);
const count = fc.integer({ min: 1, max: mostShards });
const numbers = (of: number): readonly number[] => Array.from({ length: of }, (_, i) => i + 1);

function partsOf(of: number, stems: readonly string[] = []): readonly Part[] {
  return numbers(of).map((number) => partOf({ number, of }, stems));
}

/** The number of names in each part. */
function sizes(names: readonly string[], of: number, stems: readonly string[] = []) {
  return partsOf(of, stems).map(({ has }) => names.filter(has).length);
}

/** A stem, and a name that has some of it: more, all, a part, or nothing. */
const stemAndName = fc
  .tuple(name, name, fc.nat(63))
  .map(([stem, rest, length]) => [stem, `${stem.slice(0, length)}${rest}`.slice(0, 63)] as const);

describe('parseShard', () => {
  it('reads what formatShard writes', () => {
    fc.assert(
      fc.property(count, fc.nat(mostShards - 1), (of, index) => {
        const shard = { number: (index % of) + 1, of };
        expect(parseShard(formatShard(shard))).toEqual(shard);
      }),
    );
  });

  it.each(['', '1', '0/4', '5/4', '01/4', '1/04', '1/11', '-1/4', '1/4/4', ' 1/4', '1.5/4'])(
    'rejects "%s"',
    (text) => {
      expect(parseShard(text)).toBeUndefined();
    },
  );
});

describe('the parts of a fleet', () => {
  it('have every possible name once, whatever the stems', () => {
    fc.assert(
      fc.property(count, fc.array(name, { maxLength: 4 }), name, (of, stems, credential) => {
        const owners = partsOf(of, stems).filter(({ has }) => has(credential));
        expect(owners).toHaveLength(1);
      }),
    );
  });

  it('have names once that share some of a stem, or are the stem', () => {
    fc.assert(
      fc.property(
        count,
        stemAndName,
        fc.array(name, { maxLength: 2 }),
        (of, [stem, near], more) => {
          for (const credential of [stem, near, ...stem]) {
            if (credential === '-') continue;
            const owners = partsOf(of, [stem, ...more]).filter(({ has }) => has(credential));
            expect(owners).toHaveLength(1);
          }
        },
      ),
    );
  });

  it('have the names that begin with their prefixes, and no others', () => {
    fc.assert(
      fc.property(
        count,
        fc.array(name, { maxLength: 3 }),
        stemAndName,
        (of, stems, [stem, near]) => {
          for (const { prefixes, has } of partsOf(of, [...stems, stem])) {
            const listed = prefixes.filter((prefix) => `${near}/client`.startsWith(prefix));
            // A second prefix of the same name would list it on two pages.
            expect(listed).toHaveLength(has(near) ? 1 : 0);
          }
        },
      ),
    );
  });

  it('have whole credentials: both secrets begin with the same prefix', () => {
    const [prefix] = partOf({ number: 1, of: 4 }, ['fusion']).prefixes.filter((start) =>
      'fusion/client'.startsWith(start),
    );
    expect(
      ['fusion/client', 'fusion/token'].map((secret) => secret.startsWith(`${prefix}`)),
    ).toEqual([prefix !== undefined, prefix !== undefined]);
  });

  it('need few list calls of ten prefixes each: at most two for each shard, without stems', () => {
    for (let of = 2; of <= mostShards; of += 1) {
      for (const { prefixes } of partsOf(of)) expect(prefixes.length).toBeLessThanOrEqual(20);
    }
    // A stem of nine characters: 36 prefixes at each of its ten places, and two more for "-" and "/".
    const all = partsOf(4, ['customer-']).flatMap(({ prefixes }) => prefixes);
    expect(all).toHaveLength(35 + 8 * 37 + 38);
  });

  it('are all of the fleet without a shard', () => {
    fc.assert(fc.property(name, wholeFleet.has));
    expect(wholeFleet.prefixes).toEqual(['']);
  });
});

describe('the sizes of the parts', () => {
  const thousand = numbers(1_000);
  const padded = thousand.map((index) => `customer-${String(index).padStart(4, '0')}`);
  const letters = 'abcdefghijklmnopqrstuvwxyz';

  it('are alike for names that begin with any letter', () => {
    const names = thousand.map((index) => `${letters[index % 26]}-${index}`);
    expect(Math.max(...sizes(names, 4))).toBeLessThanOrEqual(300);
  });

  it('show that all names begin alike: one part has them all', () => {
    expect(sizes(padded, 4).toSorted()).toEqual([0, 0, 0, 1_000]);
  });

  it('are alike for names that begin alike, if the stem is given', () => {
    // 0001 to 1000: all but the last begin with 0.
    expect(sizes(padded, 5, ['customer-0'])).toEqual([201, 200, 200, 200, 199]);
  });

  it('are alike for names that begin in several ways, if their stems are given', () => {
    const names = thousand.map(
      (index) =>
        `${index % 2 === 0 ? 'eu' : 'us'}-customer-${String(index).padStart(4, '0').slice(1)}`,
    );
    expect(Math.max(...sizes(names, 5, ['eu-customer-', 'us-customer-']))).toBeLessThanOrEqual(260);
  });

  it('are closer to each other with stems that are a character longer', () => {
    const names = thousand.map((index) => `customer-${String(index - 1).padStart(3, '0')}`);
    const short = sizes(names, 7, ['customer-']);
    const long = sizes(
      names,
      7,
      [...'0123456789'].map((digit) => `customer-${digit}`),
    );
    expect(Math.max(...short)).toBe(200);
    expect(Math.max(...long)).toBeLessThanOrEqual(150);
  });
});

it('the shards of a rotator have names, but for the only one', () => {
  expect(shardsOf(1)).toEqual([undefined]);
  expect(shardsOf(3)).toEqual(['1/3', '2/3', '3/3']);
  for (const shard of shardsOf(3)) expect(formatShard(parseShard(`${shard}`) as Shard)).toBe(shard);
});
