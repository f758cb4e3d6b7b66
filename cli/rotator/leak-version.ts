import { randomUUID } from 'node:crypto';
import { leakMark } from '../../core/open-answer.ts';

/**
 * The id of a version that answers a leak, an RFC 9562 UUIDv8 with a mark. By it, a later run knows
 * that the current client secret is the new one, and not the leaked one.
 */
export function newLeakVersion(): string {
  const id = randomUUID();
  return `${id.slice(0, 14)}8${id.slice(15, 19)}8${id.slice(20, 24)}${leakMark}${id.slice(30)}`;
}
