import wrapAnsi from 'wrap-ansi';

export interface Column {
  readonly title: string;
  /** Characters, without the gap behind it. */
  readonly width: number;
}

const gap = '  ';

/**
 * Lays out columns without lines, a line each; a cell too long for its column ends in `…`. Cells are of
 * characters that are one column wide. (The table libraries take time by the square of the rows.)
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  return [columns.map(({ title }) => title), ...rows].map((cells) =>
    columns
      .map(({ width }, index) => toWidth(cells[index] ?? '', width))
      .join(gap)
      .trimEnd(),
  );
}

function toWidth(cell: string, width: number): string {
  return cell.length > width ? `${cell.slice(0, width - 1)}…` : cell.padEnd(width);
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
