import { globSync } from 'node:fs';
import { build, transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { quoted, read, root, sectionsOf } from '../support/document.ts';
import { breaks } from './breaks.ts';
import { Counts } from './counts.ts';
import { expected, unmetIn } from './expected.ts';
import { parseOptions } from './options.ts';
import { reportOf } from './report.ts';

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

/** True for a file that has code, and not types alone. */
async function hasCode(file: string): Promise<boolean> {
  const { code } = await transform(read(file), { loader: 'ts' });
  return code.trim() !== '';
}

describe('docs/reliability.md', () => {
  it('names the code of the function and the client that the simulation does not load', async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: ['test/simulation/simulate.ts'],
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      metafile: true,
      write: false,
    });
    const loaded = Object.keys(metafile.inputs);
    expect(loaded.filter((file) => file.startsWith('emulators/'))).toEqual([]);
    const own = globSync(['core/**/*.ts', 'lambda/**/*.ts', 'client/**/*.ts'], { cwd: root });
    const section = sectionsOf(text, '##').get('What is not simulated') ?? '';
    const named = [...section.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) => {
      const [places = '', exceptions = ''] = cell.split('; except ');
      const excepted = new Set(quoted(exceptions));
      return quoted(places).flatMap((place) =>
        own.filter((file) => file.startsWith(place) && !excepted.has(file.slice(place.length))),
      );
    });
    const [missed, claimed] = [new Set<string>(), new Set<string>()];
    for (const file of own) {
      if (!(await hasCode(file))) continue;
      if (!loaded.includes(file)) missed.add(file);
      if (named.includes(file)) claimed.add(file);
    }
    expect(claimed).toEqual(missed);
  });

  it('says of how many ways to break the code, which violate all that is checked', () => {
    expect(breaks.length).toBeGreaterThan(50);
    const checked = [
      ...[1, 2, 3, 5, 6, 8, 9, 10].map((number) => `invariant ${number}`),
      ...[1, 2, 3, 4, 5, 6].map((number) => `P${number}`),
      ...[1, 2, 3, 4, 5].map((number) => `C${number}`),
    ];
    expect(new Set(breaks.map(({ rule }) => rule))).toEqual(new Set(checked));
  });

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

describe('the report of a campaign', () => {
  const campaign = { seeds: [1, 2], days: 1, credentials: 1, stops: false };
  const ended = { counts: new Counts(), failed: [], finished: 2, simulatedDays: 2, seconds: 1 };
  const command = 'npm run simulate';

  it('ends with what did not occur, and so was not checked', () => {
    const some = new Counts();
    const [, ...premises] = expected['premises'] ?? [];
    const met = { ...expected, premises, outcomes: [] };
    for (const [section, names] of Object.entries(met)) {
      for (const name of names) some.add(section, name);
    }
    const told = 'Did not occur, so was not checked: 1 of 31 premises and 5 of 5 outcomes.';
    const report = reportOf(campaign, { ...ended, counts: some }, { command, commit: undefined });
    expect(report.trimEnd().split('\n').at(-1)).toBe(told);
    expect(unmetIn(counts)).toMatch(/^All occurred: 31 premises, /);
  });

  it('says which property each seed violates, and that the commit is unknown', () => {
    const violation = { rule: 'P2', text: 'x', at: 0, credential: undefined };
    const failed = [{ seed: 2, counts: {}, violation, days: 1, seconds: 1 }];
    const report = reportOf(campaign, { ...ended, failed }, { command, commit: undefined });
    expect(report).toContain('These seeds have a violation: 2 (P2).');
    expect(report).toContain('It ran outside a clone, so its commit is unknown.');
  });
});
