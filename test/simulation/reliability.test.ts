import { describe, expect, it } from 'vitest';
import { read } from '../support/document.ts';
import { Counts } from './counts.ts';
import { parseOptions } from './options.ts';
import { expected, reportOf } from './report.ts';

const text = read('docs/reliability.md');

/** The rows of each table of figures, by what its first column says. */
function tablesIn(
  document: string,
): readonly (readonly [section: string, name: string, n: number])[] {
  const [, ...tables] = document.split(/^\| (?=[\w ]+ \| (?:times|figure) \|$)/m);
  return tables.flatMap((table) => {
    const [section = ''] = table.split(' |');
    return [...table.matchAll(/^\| (.+?) \| ([\d,]+) \|$/gm)].map(
      ([, name = '', figure = '']) => [section, name, Number(figure.replaceAll(',', ''))] as const,
    );
  });
}

const rows = tablesIn(text);
const counts = new Counts();
for (const [section, name, figure] of rows) counts.add(section, name, figure);

describe('docs/reliability.md', () => {
  it.each(Object.entries(expected))(
    'tells of every one of the %s, and none is zero',
    (section, names) => {
      expect(names.filter((name) => !(counts.of(section, name) > 0))).toEqual([]);
    },
  );

  it('tells of 2,000 credential-years of 200 seeds, and of no violation', () => {
    expect(counts.section('what').get('seeds with a violation')).toBe(0);
    expect(counts.of('what', 'seeds')).toBeGreaterThanOrEqual(200);
    expect(counts.of('what', 'credential-years')).toBeGreaterThanOrEqual(2_000);
  });

  it('is what its command writes of such figures, in every word, with each figure once', () => {
    const [, command = ''] = /^ {4}(npm run simulate -- .+)$/m.exec(text) ?? [];
    const [, commit] = /^It ran on commit `([\da-f]{7,40})`\.$/m.exec(text) ?? [];
    const options = parseOptions(command.replace('npm run simulate -- ', '').split(' '));
    if (options?.seeds === undefined) throw new TypeError('the command has no seeds');
    const { seeds, days, credentials, stops } = options;
    const seconds = 60 * counts.of('what', 'minutes of one core');
    const finished = seeds.length;
    const result = { counts, failed: [], finished, simulatedDays: finished * days, seconds };
    expect(commit).toBeDefined();
    expect(text).toBe(reportOf({ seeds, days, credentials, stops }, result, { command, commit }));
  });

  it('has as many reasons as outcomes, apart from runs that decide nothing', () => {
    const sum = (section: string): number =>
      [...counts.section(section).values()].reduce((one, other) => one + other, 0);
    expect(sum('reasons')).toBeLessThanOrEqual(sum('outcomes'));
    expect(counts.of('outcomes', 'renewed')).toBeLessThanOrEqual(
      counts.of('totals', 'tokens stored'),
    );
  });
});
