import { expect, it } from 'vitest';
import { lists } from '../mutations/mutations.ts';
import { oneLine, read } from '../support/document.ts';

const text = read('docs/mutations.md');

it('docs/mutations.md has each list, with its number of mutations', () => {
  const rows = text.matchAll(/^\| [^|]+ \| (\d+) \| `(test\/mutations\/listed\/[^`]+)` \|$/gm);
  const shown = [...rows].map(([, count, list]) => [list, Number(count)]);
  expect(Object.fromEntries(shown)).toEqual(
    Object.fromEntries(Object.entries(lists).map(([list, entries]) => [list, entries.length])),
  );
});

it('the figures of docs/mutations.md for each file add up to those for all', () => {
  const cells = [...text.matchAll(/`[\w-]+\.ts` \| (\d+) of (\d+) \|/g)];
  const sum = (column: 1 | 2): number =>
    cells.reduce((total, cell) => total + Number(cell[column]), 0);
  const said = /Of the ([\d,]+) changes that a test runs, ([\d.]+) % are noticed/.exec(
    oneLine(text),
  );
  expect([sum(2).toLocaleString('en-US'), ((100 * sum(1)) / sum(2)).toFixed(1)]).toEqual(
    said?.slice(1),
  );
});
