import type { ListedSecret } from '../../core/console-secrets.ts';
import { formatInstant } from '../../core/instant.ts';

/** A client secret that Adobe lists. */
export function describeSecret({ uuid, createdAt, lastUsedAt }: ListedSecret): string {
  const use = lastUsedAt === undefined ? 'never used' : `last used ${formatInstant(lastUsedAt)}`;
  return `${uuid} (of ${formatInstant(createdAt)}, ${use})`;
}
