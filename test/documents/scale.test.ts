import { describe, expect, it } from 'vitest';
import { mostShardStems, mostShards, shardsOf } from '../../core/contract.ts';
import { parseShard, partOf } from '../../core/shard.ts';
import { parseSettings } from '../../infra/settings.ts';
import { jsonOf, read } from '../support/document.ts';

const text = read('docs/scale.md');
const sizes = [1, 100, 1_000, 10_000, 50_000, 100_000];
const ticksOfMonth = 2_880;
const secondsOfCall = 0.15;
const priceOfCall = 0.05 / 10_000;
// Half a day, less half of the spread: a token is renewed after 11 hours on average.
const secondsToRenewal = 39_600;

/** The numbers in the row of a table that begins with this cell. */
function row(title: string): readonly number[] {
  const line = text.split('\n').find((one) => one.startsWith(`| ${title}`));
  if (line === undefined) throw new Error(`there is no row ${title}`);
  return line
    .split('|')
    .slice(2, -1)
    .map((cell) => Number(cell.replaceAll(',', '')));
}

const listCalls = (credentials: number): number => Math.ceil(credentials / 50);

describe('the arithmetic of docs/scale.md', () => {
  it('has these sizes', () => {
    expect(row('credentials')).toEqual(sizes);
  });

  const cent = 0.01;

  it.each<[string, (credentials: number) => number, unit?: number]>([
    ['secrets, two each', (count) => 2 * count],
    ['list calls in a tick', listCalls],
    ['seconds of one listing', (count) => listCalls(count) * secondsOfCall],
    ['renewals in a tick', (count) => (count * 900) / secondsToRenewal],
    ['mints, and writes of secrets', (count) => count / secondsToRenewal],
    ['minutes for all tokens at once', (count) => count / 40 / 60],
    ['secrets, $0.40', (count) => 2 * count * 0.4, cent],
    ['list calls in 2,880 ticks', (count) => listCalls(count) * ticksOfMonth * priceOfCall, cent],
    ['4 calls for each', (count) => 4 * 65 * count * priceOfCall, cent],
  ])('is right in the row "%s"', (title, value, unit = 0) => {
    const shown = row(title);
    expect(shown).toHaveLength(sizes.length);
    for (const [index, credentials] of sizes.entries()) {
      // Two digits, or whole cents.
      const exact = value(credentials);
      const tolerance = Math.max(exact * 0.05, unit / 2);
      expect(Math.abs((shown[index] ?? Number.NaN) - exact)).toBeLessThanOrEqual(tolerance);
    }
  });
});

describe('the settings of docs/scale.md', () => {
  const [json = ''] = jsonOf(text);
  const { shards = 1, shardStems = [] } = parseSettings(
    JSON.parse(`{${json.trim()}}`)['ims-token-rotator'],
  );

  it('are accepted, and need as many list calls as it says', () => {
    const calls = (stems: readonly string[]): number =>
      shardsOf(shards)
        .map((name) => partOf(parseShard(`${name}`) ?? { number: 1, of: 1 }, stems))
        .reduce((sum, { prefixes }) => sum + Math.ceil(prefixes.length / 10), 0);
    const [with_, without] = [calls(shardStems), calls([])];
    expect(text).toContain(
      `need at least ${with_}\ncalls in a round of ticks instead of ${without}`,
    );
    const cents = Math.round((with_ - without) * ticksOfMonth * priceOfCall * 100);
    expect(text).toContain(`for ${cents} cents a month`);
  });

  it('have the limits that it names', () => {
    expect(text).toContain(`There can be ${mostShardStems} stems and ${mostShards} shards.`);
  });

  it.each([
    ['ten groups', ['customer-'], 'customer-', '0123456789', 5],
    ['both stems', ['eu-customer-', 'us-customer-'], 'us-customer-', '0123456789', 5],
    ['sixteen groups', [], '', '0123456789abcdef', 8],
  ])('divide names equally: %s', (words, stems, start, characters, of) => {
    expect(text).toContain(words);
    const names = [...characters].map((character) => `${start}${character}7`);
    const parts = shardsOf(of).map((name) =>
      partOf(parseShard(`${name}`) ?? { number: 1, of: 1 }, stems),
    );
    expect(new Set(parts.map(({ has }) => names.filter(has).length))).toEqual(
      new Set([names.length / of]),
    );
  });
});
