import type { Past, Pasts } from '../../console/messages.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import { CliError } from '../errors.ts';
import { namesOf } from '../rotator/rotator.ts';
import type { Sources } from './credential-detail.ts';
import { pastOf } from './past.ts';
import { askedLanes, type Lanes } from './timeline.ts';
import { known } from './unknown.ts';

/**
 * The failures and pauses of some credentials between two instants.
 *
 * @throws CliError ERR_USAGE
 */
export async function pasts(sources: Sources, query: URLSearchParams): Promise<Pasts> {
  const asked = askedLanes(query);
  if (asked.names.length === 0) return {};
  const searched = sources.past.search(asked.from);
  const lanes = asked.names.map(async (name) => {
    const lane = await known(async () => pastOfLane(sources, name, asked, await searched));
    return [name, lane] as const;
  });
  return Object.fromEntries(await Promise.all(lanes));
}

async function pastOfLane(
  { session, fleet, past }: Sources,
  name: string,
  { from, to }: Lanes,
  since: EpochSeconds,
): Promise<Past> {
  const listed = fleet.find(name);
  if (listed !== undefined && listed.tokenSecret === undefined) {
    return { since, failures: [], pauses: [] };
  }
  const { token } = namesOf(fleet.rotator, name);
  const secret = listed?.tokenSecret ?? (await session.secrets.describe(token));
  if (secret === undefined) {
    throw new CliError('ERR_CREDENTIAL_NOT_FOUND', `there is no secret ${token}`);
  }
  const changes = past.of(secret);
  const sight = { from, to, since, now: session.now(), failure: listed?.failure };
  const found = pastOf(changes, sight);
  if (found !== undefined) return found;
  const text = `CloudTrail does not show the tags that were changed on ${token}`;
  throw new CliError('ERR_AWS_REFUSED', text);
}
