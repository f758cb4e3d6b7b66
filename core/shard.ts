import { mostShards } from './contract.ts';

/**
 * A part of a rotator's credentials, with a schedule of its own. `2/4` is the second of four.
 */
export interface Shard {
  readonly number: number;
  readonly of: number;
}

/** Which credentials a run looks at. */
export interface Part {
  /** What the names begin with: each name in the part with one of these, and no other name. */
  readonly prefixes: readonly string[];
  readonly has: (credential: string) => boolean;
}

export const wholeFleet: Part = { prefixes: [''], has: () => true };

const firstCharacters = '0123456789abcdefghijklmnopqrstuvwxyz';
// A slash follows every name, so that the end of a name is a character like the others.
const laterCharacters = `-/${firstCharacters}`;

/** Undefined for text that names no shard. */
export function parseShard(text: string): Shard | undefined {
  const [, number, of] = (/^([1-9]\d?)\/([1-9]\d?)$/.exec(text) ?? []).map(Number);
  if (number === undefined || of === undefined) return undefined;
  return number <= of && of <= mostShards ? { number, of } : undefined;
}

export function formatShard({ number, of }: Shard): string {
  return `${number}/${of}`;
}

/**
 * The part of a shard. Names are told apart by their first character; names that begin with a stem,
 * by the character that follows it. The prefixes that result are dealt out like cards, because
 * neighbours are alike: nobody uses all letters equally, and names that end in digits use no others.
 *
 * @param stems what many names begin with, for example `customer-`
 */
export function partOf({ number, of }: Shard, stems: Iterable<string>): Part {
  const branches = branchesOf(stems);
  const prefixes = [...branches]
    .flatMap((branch) => charactersAfter(branch).map((character) => `${branch}${character}`))
    .filter((prefix) => !branches.has(prefix))
    .sort()
    .filter((_, index) => index % of === number - 1);
  const own = new Set(prefixes);
  return { prefixes, has: (credential) => own.has(prefixOf(branches, credential)) };
}

/** Everything that a stem begins with, the whole stem included. */
function branchesOf(stems: Iterable<string>): ReadonlySet<string> {
  const branches = new Set(['']);
  for (const stem of stems) {
    for (let end = 1; end <= stem.length; end += 1) branches.add(stem.slice(0, end));
  }
  return branches;
}

function charactersAfter(branch: string): readonly string[] {
  return [...(branch === '' ? firstCharacters : laterCharacters)];
}

/** The name up to the first character at which it leaves all branches. */
function prefixOf(branches: ReadonlySet<string>, credential: string): string {
  const path = `${credential}/`;
  let end = 1;
  while (branches.has(path.slice(0, end))) end += 1;
  return path.slice(0, end);
}
