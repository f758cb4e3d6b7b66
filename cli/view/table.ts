import CliTable from 'cli-table3';
import wrapAnsi from 'wrap-ansi';

export interface Column {
  readonly title: string;
  /** Characters, without the gap behind it. @default as wide as its widest cell */
  readonly width?: number;
}

const noLines = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((name) => [name, '']),
);

const gap = 2;

/** Lays out columns without lines, a line each; a cell too long for its column ends in `…`. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const table = new CliTable({
    head: columns.map(({ title }) => title),
    chars: noLines,
    style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [], compact: true },
    colWidths: columns.map(({ width }) => (width === undefined ? null : width + gap)),
  });
  table.push(...rows.map((cells) => [...cells]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** Breaks a text at words, with every line indented so far. */
export function wrapLines(
  text: string,
  indent: number,
  columns: number | undefined,
): readonly string[] {
  const wrapped = columns === undefined ? text : wrapAnsi(text, Math.max(20, columns - indent));
  return wrapped.split('\n').map((line) => `${' '.repeat(indent)}${line}`);
}
