import wrapAnsi from 'wrap-ansi';
import { printable } from './printable.ts';

export interface Column {
  readonly title: string;
  /** Characters, without the gap that follows. */
  readonly width: number;
}

const gap = '  ';

/**
 * Lays out a header and a line for each row, without rules. A cell too long for its column ends in
 * `…`. Assumes that every character is one column wide. (Table libraries need quadratic time.)
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

function toWidth(text: string, width: number): string {
  const cell = printable(text);
  return cell.length > width ? `${cell.slice(0, width - 1)}…` : cell.padEnd(width);
}

// From the name of a program to the next punctuation: rather too much of the text than too little.
const command =
  /(?<![\w./-])(?:→ )?(?:ims-token-rotator|aws|npx cdk)(?: (?!\()(?:\\'|'[^']*'|[^\s'])+(?<![;,.:)]))+/g;
// A noncharacter of Unicode, which stands for a space that is not broken at.
const fixedSpace = '\uFDD0';

/** Breaks a text at words, but no command, which somebody may copy; and indents every line. */
export function wrapLines(
  text: string,
  indent: number,
  columns: number | undefined,
): readonly string[] {
  const line = printable(text);
  const whole = line.replace(command, (found) => found.replaceAll(' ', fixedSpace));
  const wrapped = columns === undefined ? line : wrapAnsi(whole, Math.max(20, columns - indent));
  return wrapped
    .replaceAll(fixedSpace, ' ')
    .split('\n')
    .map((line) => `${' '.repeat(indent)}${line}`);
}

/** Lines behind a label that has a column for itself. */
export function labelledLines(
  label: string,
  text: string,
  { indent, columns }: { readonly indent: number; readonly columns: number | undefined },
): readonly string[] {
  const [first = '', ...rest] = wrapLines(text, indent, columns);
  return [`${label}${first.trimStart()}`, ...rest];
}
