import { tolerance } from '../../core/client-secret-rotation.ts';
import type { ListedSecret } from '../../core/console-secrets.ts';
import type { ClientSecretEntry } from '../../core/documented-form.ts';
import { parseInstant } from '../../core/instant.ts';
import type { ClientVersion } from './answer.ts';
import { firstStored } from './first-stored.ts';

/** The uuids that versions name. */
export function uuidsOf(versions: readonly ClientVersion[]): ReadonlySet<string> {
  return new Set(entriesOf(versions).flatMap(({ uuid }) => uuid ?? []));
}

/** True if a version notes another uuid for the value, or the uuid for another value: one of them is wrong. */
export function isContradicted(
  { uuid, secret }: ClientSecretEntry,
  versions: readonly ClientVersion[],
): boolean {
  const value = secret.reveal();
  return entriesOf(versions).some((one) => {
    const isSame = one.secret.reveal() === value;
    return one.uuid !== undefined && (one.uuid === uuid) !== isSame;
  });
}

/**
 * True if a program has noted the uuid: a rotation, or an answer, which store a client secret right after
 * Adobe has created it. A person may have noted that of another one, or have left it beside a new one.
 *
 * @param listed at Adobe, with the dates that a program would have noted; by default they are not compared
 */
export function isNotedByProgram(
  entry: ClientSecretEntry,
  versions: readonly ClientVersion[],
  listed?: readonly ListedSecret[],
): boolean {
  const { uuid, createdAt = '' } = entry;
  const created = parseInstant(createdAt);
  const stored = firstStored([entry], versions);
  if (uuid === undefined || created === undefined || stored === undefined) return false;
  const isDated = ({ uuid: one, createdAt: at }: ListedSecret) => one === uuid && at === created;
  if (listed !== undefined && !listed.some(isDated)) return false;
  return Math.abs(stored - created) <= tolerance && !isContradicted(entry, versions);
}

/** Those of the uuids that programs have noted in these versions. */
export function notedByPrograms(
  some: readonly ClientVersion[],
  versions: readonly ClientVersion[],
  listed?: readonly ListedSecret[],
): ReadonlySet<string> {
  const noted = entriesOf(some).filter((one) => isNotedByProgram(one, versions, listed));
  return new Set(noted.flatMap(({ uuid }) => uuid ?? []));
}

export function entriesOf(versions: readonly ClientVersion[]): readonly ClientSecretEntry[] {
  return versions.flatMap(({ found }) => found?.entries ?? []);
}

/** The place of a client secret that people are to delete. What is noted of it may be another one's. */
export function placeInWords(place: string, uuids: readonly string[]): string {
  if (uuids.length === 0) return place;
  return `${place} (noted as ${uuids.join(' and ')}: compare the values first)`;
}
