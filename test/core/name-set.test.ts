import { describe, expect, it } from 'vitest';
import { hashName } from '../../core/name-hash.ts';
import { NameSet } from '../../core/name-set.ts';

describe('a set of names', () => {
  it('knows each of 100,000 names that were added, and none of 100,000 others', () => {
    const names = new NameSet('salt');
    const nameOf = (index: number): string => `team-${index % 7}/fusion-${index}`;
    for (let index = 0; index < 100_000; index += 1) names.add(nameOf(index));
    expect(names.size).toBe(100_000);
    let known = 0;
    for (let index = 0; index < 200_000; index += 1) known += names.has(nameOf(index)) ? 1 : 0;
    expect(known).toBe(100_000);
  });

  it('grows with the names, and forgets none of them', () => {
    const names = new NameSet('salt');
    const nameOf = (index: number): string => `fusion-${index}`;
    // From half of the first 256 places, each time that it is half full.
    for (const [from, to] of [
      [0, 128],
      [128, 129],
      [129, 600],
    ] as const) {
      for (let index = from; index < to; index += 1) names.add(nameOf(index));
      expect(names.size).toBe(to);
      const known = Array.from({ length: 700 }, (_, index) => names.has(nameOf(index)));
      expect(known.lastIndexOf(true)).toBe(to - 1);
      expect(known.indexOf(false)).toBe(to);
    }
  });

  it('counts a name that is added twice once', () => {
    const names = new NameSet('salt');
    names.add('fusion');
    names.add('fusion');
    expect(names.size).toBe(1);
    expect(names.has('fusion')).toBe(true);
    expect(names.has('reports')).toBe(false);
  });

  it('takes no name for another, though somebody chose both with one salt in mind', () => {
    // Both have the same `hashName` after the text "0.5 ", and after one in 5,000 random texts.
    const one = 'a822b604a9g6c604d8e4m00adqead8e4dyg6c604d8e4m00ac604mq0am00a';
    const other = 'a822eqeahp0ac604mq0adyg6dqeamq0adyg6dqeamq0adyg6c604mq0adyg6';
    expect(hashName(`0.5 ${one}`)).toEqual(hashName(`0.5 ${other}`));
    const salts = ['0.5', ...Array.from({ length: 50_000 }, (_, index) => String(index / 50_000))];
    const confused = salts.filter((salt) => {
      const names = new NameSet(salt);
      names.add(one);
      return names.has(other);
    });
    expect(confused).toEqual([]);
  });
});

describe('the hash of a name', () => {
  it('is the same in every release', () => {
    expect(hashName('fusion')).toEqual([3_480_059_054, 98_820_863]);
    expect(hashName('')).toEqual([1_698_811_796, 3_667_483_902]);
  });

  it('differs in half of its bits for names that differ in one character', () => {
    const bits = (word: number): number => word.toString(2).replaceAll('0', '').length;
    let flipped = 0;
    for (let index = 0; index < 1_000; index += 1) {
      const [one, other] = hashName(`c${index}`);
      const [nextOne, nextOther] = hashName(`c${index + 1}`);
      flipped += bits((one ^ nextOne) >>> 0) + bits((other ^ nextOther) >>> 0);
    }
    expect(flipped / 1_000).toBeGreaterThan(31);
    expect(flipped / 1_000).toBeLessThan(33);
  });
});
