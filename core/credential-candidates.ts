import { isOfVendor, type Role, startsWithWords } from './field-names.ts';
import type { Field, Level } from './file-levels.ts';

/** Where a credential may stand in a file. */
export interface Candidate {
  readonly level: Level;
  /** The words that its names begin with; undefined where one level holds one credential only. */
  readonly prefix: string | undefined;
  /** The fields that may be its parts, the closest first. */
  readonly tiers: readonly (readonly Field[])[];
  /** Its own fields have a client id and a secret. */
  readonly isWhole: boolean;
  /** It has both, from its own fields or from those around it. */
  readonly isComplete: boolean;
}

/**
 * The credentials of a file. Those with a client id and a secret of their own rule out all others;
 * then those that have either from the objects around them.
 */
export function candidatesOf(levels: readonly Level[]): readonly Candidate[] {
  const groups = levels.flatMap(groupsOf);
  const sorted = new Set([...groups.filter(({ isWhole }) => isWhole), ...groups]);
  const all = [...sorted].slice(0, mostCandidates).map((group) => candidate(group, levels));
  const whole = all.filter(({ isWhole }) => isWhole);
  if (whole.length > 0) return whole;
  const complete = all.filter(({ isComplete }) => isComplete);
  return complete.length > 0 ? complete : all;
}

/** More than any file has, and few enough to look at each one closely. */
export const mostCandidates = 100;

interface Group {
  readonly level: Level;
  /** Several, where the names of one credential begin differently. */
  readonly prefixes: readonly string[];
  readonly isOnly: boolean;
  readonly isWhole: boolean;
}

/** The groups of names in an object: `STAGE_CLIENT_ID` and `STAGE_CLIENT_SECRET` are one. */
function groupsOf(level: Level): readonly Group[] {
  const fields = partsOf(level);
  const having = (role: Role): readonly string[] => [
    ...new Set(fields.flatMap(({ named }) => (named.role === role ? [named.prefix] : []))),
  ];
  const ids = having('clientId');
  const secrets = having('clientSecret');
  const whole = ids.filter((prefix) => secrets.includes(prefix));
  if (whole.length > 0) {
    const isOnly = whole.length === 1;
    return whole.map((prefix) => ({ level, prefixes: [prefix], isOnly, isWhole: true }));
  }
  if (ids.length === 0 && secrets.length === 0) return [];
  if (ids.length <= 1 && secrets.length <= 1) {
    const isWhole = ids.length === 1 && secrets.length === 1;
    return [{ level, prefixes: [...ids, ...secrets], isOnly: true, isWhole }];
  }
  const separate = [...new Set([...ids, ...secrets])];
  return separate.map((prefix) => ({ level, prefixes: [prefix], isOnly: false, isWhole: false }));
}

function candidate(
  { level, prefixes, isOnly, isWhole }: Group,
  levels: readonly Level[],
): Candidate {
  const parts = partsOf(level);
  const isOwn = ({ named }: Part): boolean => prefixes.includes(named.prefix);
  const own = parts.filter(isOwn);
  const shorter = parts.filter(
    (part) => !isOwn(part) && prefixes.some((prefix) => startsWithWords(prefix, part.named.prefix)),
  );
  const [prefix = ''] = prefixes;
  const isAdopted = ({ named }: Part): boolean =>
    adoptable.has(named.role) && !isOfVendor(named.prefix);
  const rest = isOnly ? parts.filter(isAdopted) : [];
  const around: (readonly Field[])[] = [];
  for (let { parent } = level; parent !== undefined; { parent } = parent) {
    around.push([...partsOf(parent).filter(({ named }) => named.prefix === '')]);
    around.push(organizationIn(parent, levels));
  }
  const tiers = [own, byLength(shorter), organizationIn(level, levels), rest, ...around];
  return {
    level,
    prefix: prefixes.length === 1 && prefix !== '' ? prefix : undefined,
    tiers,
    isWhole,
    isComplete: hasBoth(tiers.flat()),
  };
}

// The fields that the only credential of an object may take from names with another prefix.
const adoptable: ReadonlySet<Role> = new Set(['scopes', 'orgId']);

type Part = Field & { readonly named: NonNullable<Field['named']> };

/** The fields that may be parts of a credential. */
function partsOf({ fields }: Level): readonly Part[] {
  return fields.filter((field): field is Part => field.named !== undefined && !field.isObject);
}

function byLength(fields: readonly Part[]): readonly Part[] {
  return fields.toSorted((one, other) => other.named.prefix.length - one.named.prefix.length);
}

/** The organisation is an object of its own in the Console's project file. */
function organizationIn(level: Level, levels: readonly Level[]): readonly Field[] {
  const names = new Set(
    level.fields.filter(({ named }) => named?.role === 'orgId').map(({ key }) => key),
  );
  if (names.size === 0) return [];
  return levels
    .filter(({ parent, keys }) => parent === level && names.has(String(keys.at(-1))))
    .flatMap((inner) => partsOf(inner).filter(({ named }) => named.role === 'orgId'));
}

function hasBoth(fields: readonly Field[]): boolean {
  const has = (role: Role): boolean => fields.some(({ named }) => named?.role === role);
  return has('clientId') && has('clientSecret');
}
