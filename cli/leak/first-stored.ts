import type { ClientSecretEntry } from '../../core/documented-form.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import type { ClientVersion } from './answer.ts';

/**
 * When the last of these secrets was first stored: a value may be stored again as it was, long after a
 * secret that it does not hold was added at Adobe.
 */
export function firstStored(
  entries: readonly ClientSecretEntry[] = [],
  versions: readonly ClientVersion[],
): EpochSeconds | undefined {
  const each = entries.flatMap(({ secret }) => {
    const holds = ({ found }: ClientVersion): boolean =>
      found?.entries.some((one) => one.secret.reveal() === secret.reveal()) === true;
    // The latest version is the first.
    return versions.findLast(holds)?.createdAt ?? [];
  });
  return each.toSorted((one, other) => other - one)[0];
}
