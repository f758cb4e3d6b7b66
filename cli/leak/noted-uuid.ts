import { longestOwnUse } from '../../core/client-secret-rotation.ts';
import type { ClientSecretEntry } from '../../core/documented-form.ts';
import { parseInstant } from '../../core/instant.ts';
import { revealAll } from '../../core/sensitive.ts';
import type { ClientVersion } from './answer.ts';
import { firstStored } from './first-stored.ts';

/** The uuids that versions name. */
export function uuidsOf(versions: readonly ClientVersion[]): ReadonlySet<string> {
  return new Set(entriesOf(versions).flatMap(({ uuid }) => uuid ?? []));
}

/** True for a uuid that is stored with more than one value: a person may have left it beside a new one. */
export function hasTwoValues(uuid: string, versions: readonly ClientVersion[]): boolean {
  const values = entriesOf(versions).filter((one) => one.uuid === uuid);
  return new Set(revealAll(values.map(({ secret }) => secret))).size > 1;
}

/**
 * True if a program has noted the uuid: a rotation, or an answer, which store a client secret right after
 * Adobe has created it. A person may have noted that of another one, or have left it beside a new one.
 */
export function isNotedByProgram(
  entry: ClientSecretEntry,
  versions: readonly ClientVersion[],
): boolean {
  const { uuid, createdAt = '' } = entry;
  const created = parseInstant(createdAt);
  const stored = firstStored([entry], versions);
  if (uuid === undefined || created === undefined || stored === undefined) return false;
  return Math.abs(stored - created) <= longestOwnUse && !hasTwoValues(uuid, versions);
}

/** Those of the uuids that programs have noted in these versions. */
export function notedByPrograms(
  some: readonly ClientVersion[],
  versions: readonly ClientVersion[],
): ReadonlySet<string> {
  const noted = entriesOf(some).filter((one) => isNotedByProgram(one, versions));
  return new Set(noted.flatMap(({ uuid }) => uuid ?? []));
}

export function entriesOf(versions: readonly ClientVersion[]): readonly ClientSecretEntry[] {
  return versions.flatMap(({ found }) => found?.entries ?? []);
}
