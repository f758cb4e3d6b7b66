import type { Mutant } from './mutant.ts';

export interface Figures {
  /** What is noticed of each file's changes that a test runs, in the order of the names. */
  readonly files: readonly (readonly [file: string, noticed: number, counted: number])[];
  /** What the quick tests notice of all. */
  readonly byQuick: number;
  readonly notCounted: number;
}

export function figuresOf(
  mutants: readonly Mutant[],
  { killed, covered }: Readonly<Record<'killed' | 'covered', ReadonlySet<string>>>,
  byQuick: number,
): Figures {
  const counted = mutants.filter(({ id }) => covered.has(id));
  const files = [...Map.groupBy(counted, ({ file }) => file)].map(
    ([file, all]) => [file, all.filter(({ id }) => killed.has(id)).length, all.length] as const,
  );
  files.sort(([one], [other]) => (one < other ? -1 : 1));
  return { files, byQuick, notCounted: mutants.length - counted.length };
}

const heading = '## Figures';

/** The part of docs/mutations.md that a run on all of `core/` writes. */
export function reportOf({ files, byQuick, notCounted }: Figures, commit?: string): string {
  const [noticed, counted] = ([1, 2] as const).map((column) =>
    files.reduce((sum, row) => sum + row[column], 0),
  ) as [number, number];
  const percent = (count: number): string => `${((100 * count) / counted).toFixed(1)} %`;
  const ran =
    commit === undefined
      ? 'It ran outside a clone, so its commit is unknown.'
      : `It ran on commit \`${commit}\`.`;
  const cells = files.map(([file, some, all]) => `| \`${file}\` | ${some} of ${all} |`);
  const half = Math.ceil(cells.length / 2);
  const rows = cells
    .slice(0, half)
    .map((cell, index) => `${cell}${(cells[half + index] ?? '|  |  |').slice(1)}`);
  return `${heading}

All of them are written by \`npm run mutate:core -- --report docs/mutations.md\`.

${ran}

Of the ${thousands(counted)} changes that a test runs, ${percent(noticed)} are noticed, and ${percent(byQuick)} by tests that take less than 50 ms.
Another ${thousands(notCounted)} changes are not counted.

| file | noticed | file | noticed |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

const figuresAtEnd = new RegExp(`^${heading}$(?![\\s\\S]*^##? )[\\s\\S]*`, 'm');

/** True if the last part of a page is its figures: whatever followed them would be lost. */
export function hasFigures(page: string): boolean {
  return figuresAtEnd.test(page);
}

/** A page with its figures replaced. */
export function withFigures(page: string, report: string): string {
  return page.replace(figuresAtEnd, () => report);
}

function thousands(count: number): string {
  return count.toLocaleString('en-US');
}
