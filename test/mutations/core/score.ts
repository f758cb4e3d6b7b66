import type { Mutant } from './mutant.ts';

// Per cent of the mutants that some test has run, or should have.
const least = 90;

export interface Results {
  /** Those that count. */
  readonly mutants: readonly Mutant[];
  /** The ids of the mutants that a test has noticed. */
  readonly killed: ReadonlySet<string>;
  /** The ids of those that a test has run at all. */
  readonly covered: ReadonlySet<string>;
  /** How many tests were not repeated for the time that they take: for their own file, and for all. */
  readonly leftOut: { readonly own: number; readonly all: number };
  /** True if the mutants are those of all of `core/`. */
  readonly isWhole: boolean;
}

/**
 * The survivors, and the score of each file and of all. Only the whole of `core/` can fail: some files
 * are below the limit, and by their own tests alone more of them are.
 */
export function scoreOf({ mutants, killed, covered, leftOut, isWhole }: Results): {
  readonly text: string;
  readonly hasFailed: boolean;
} {
  // What runs only when a module is loaded is not counted, as with StrykerJS's `ignoreStatic`.
  const counted = mutants.filter(({ id }) => covered.has(id));
  const survivors = counted.filter(({ id }) => !killed.has(id));
  const files = Map.groupBy(counted, (mutant) => mutant.file);
  const lines = [
    ...survivors.map(
      ({ file, line, text, replacement }) =>
        `core/${file}:${line}: ${shortened(text)} → ${shortened(replacement)}`,
    ),
    ...[...files].map(([file, ofFile]) => `${file.padEnd(28)} ${shareOf(ofFile, killed)}`),
    `all ${shareOf(counted, killed)}; not counted: ${mutants.length - counted.length}`,
    `tests left out for their time: ${leftOut.own} for their own file, ${leftOut.all} for all files`,
  ];
  const isPoor = 100 * (counted.length - survivors.length) < least * counted.length;
  if (isPoor && isWhole) lines.push(`That is below ${least} %.`);
  if (isPoor && !isWhole)
    lines.push(`That is below ${least} %, which only all of core/ must have.`);
  return { text: lines.join('\n'), hasFailed: isPoor && isWhole };
}

function shareOf(mutants: readonly Mutant[], killed: ReadonlySet<string>): string {
  const count = mutants.filter(({ id }) => killed.has(id)).length;
  const percent = mutants.length === 0 ? 0 : (100 * count) / mutants.length;
  return `${percent.toFixed(1)} % (${count} of ${mutants.length})`;
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
