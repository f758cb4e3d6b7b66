import pMap from 'p-map';
import type { Timeline, TokenVersion } from '../../console/messages.ts';
import { usageError } from '../errors.ts';
import { checkName, namesOf } from '../rotator/rotator.ts';
import type { Sources } from './credential-detail.ts';
import { latestFirst, tokenVersion } from './histories.ts';
import { known } from './unknown.ts';

// More lanes than a screen has.
const mostLanes = 40;

/** The lanes that a page asks for, and the time that they show. */
export interface Lanes {
  readonly names: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** @throws CliError ERR_USAGE */
export function askedLanes(query: URLSearchParams): Lanes {
  const names = [...new Set((query.get('names') ?? '').split(',').filter(Boolean))];
  if (names.length > mostLanes) throw usageError(`more than ${mostLanes} names`);
  for (const name of names) checkName(name);
  const from = instantIn(query, 'from', 0);
  return { names, from, to: instantIn(query, 'to', Number.MAX_SAFE_INTEGER) };
}

/**
 * The tokens of some credentials between two instants.
 *
 * @throws CliError ERR_USAGE
 */
export async function timeline(sources: Sources, query: URLSearchParams): Promise<Timeline> {
  const { names, from, to } = askedLanes(query);
  const { session, fleet, histories } = sources;
  const lanes = await pMap(names, async (name) => {
    const lane = await known(async () => {
      const listed = fleet.find(name);
      if (listed !== undefined && listed.tokenSecret === undefined) return [];
      const { token } = namesOf(fleet.rotator, name);
      const versions = await histories.of(token, listed?.tokenSecret);
      const now = session.now();
      return inSight(latestFirst(versions.map((one) => tokenVersion(one, now))), from, to);
    });
    return [name, lane] as const;
  });
  return Object.fromEntries(lanes);
}

/** The one before them belongs to them: what it leaves open is a gap in sight. */
function inSight(
  versions: readonly TokenVersion[],
  from: number,
  to: number,
): readonly TokenVersion[] {
  const begun = versions.filter(({ issuedAt, createdAt }) => (issuedAt ?? createdAt ?? 0) <= to);
  const isOver = ({ expiresAt, createdAt }: TokenVersion): boolean =>
    (expiresAt ?? createdAt ?? to) < from;
  const before = begun.find(isOver);
  return begun.filter((version) => version === before || !isOver(version));
}

function instantIn(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw usageError(`${name} is not a number`);
  return value;
}
