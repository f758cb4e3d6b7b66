import { randomUUID } from 'node:crypto';
import { type RotationState, readRotationState } from '../../core/client-secret-rotation.ts';
import type { Secret } from '../aws/secret.ts';

const mark = '1eaced';
const pattern = new RegExp(
  `^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-${mark}[0-9a-f]{6}$`,
);

/**
 * The id of a version that answers a leak, an RFC 9562 UUIDv8 with a mark. By it, a later run knows
 * that the current client secret is the new one, and not the leaked one.
 */
export function newLeakVersion(): string {
  const id = randomUUID();
  return `${id.slice(0, 14)}8${id.slice(15, 19)}8${id.slice(20, 24)}${mark}${id.slice(30)}`;
}

/**
 * True if the current version answers a leak, and the answer was broken off. The tag says `none` once
 * it is complete. Whatever is stored later, by a person or a rotation, has no mark.
 */
export function isUnfinished(currentVersionId: string, state: RotationState): boolean {
  if (!pattern.test(currentVersionId)) return false;
  if (state.kind === 'adding') return state.versionId === currentVersionId;
  return state.kind === 'retired';
}

/**
 * True if an answer to a leak was broken off, whether or not its client secret became the current one.
 * Once another credential is stored, that shows only if the answer had stored none.
 */
export function hasOpenAnswer({ currentVersionId = '', tags }: Secret): boolean {
  const state = readRotationState(tags);
  const isAdding = state.kind === 'adding' && pattern.test(state.versionId);
  return isAdding || isUnfinished(currentVersionId, state);
}
