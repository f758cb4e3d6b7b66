import type { ClientSecretEntry } from '../../core/documented-form.ts';
import { revealAll } from '../../core/sensitive.ts';
import type { ClientVersion } from './answer.ts';

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
 * True if a program has noted the uuid, with the date: a rotation, or an answer. A person may have noted that
 * of another client secret.
 */
export function isNotedByProgram(
  { uuid, createdAt }: ClientSecretEntry,
  versions: readonly ClientVersion[],
): boolean {
  return uuid !== undefined && createdAt !== undefined && !hasTwoValues(uuid, versions);
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
