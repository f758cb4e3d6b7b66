import { randomUUID } from 'node:crypto';
import { beginningOf, leakMark } from '../../core/open-answer.ts';
import type { Digest } from '../../core/token-tags.ts';

/**
 * The id of a version that answers a leak, an RFC 9562 UUIDv8 with a mark. By it, a later run knows
 * that the current client secret is the new one, and not the leaked one; and by its first digits, which
 * version it was to replace.
 */
export function newLeakVersion(digest: Digest, replaced: string): string {
  const id = randomUUID();
  return `${beginningOf(digest, replaced)}${id.slice(8, 14)}8${id.slice(15, 19)}8${id.slice(20, 24)}${leakMark}${id.slice(30)}`;
}
