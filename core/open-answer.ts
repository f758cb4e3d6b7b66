import { mostDelay, type RotationState, readRotationState } from './client-secret-rotation.ts';
import type { EpochSeconds } from './instant.ts';
import type { Tags } from './token-tags.ts';

/** Marks the id of a version that answers a leak, an RFC 9562 UUIDv8. */
export const leakMark = '1eaced';

const pattern = new RegExp(
  `^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-${leakMark}[0-9a-f]{6}$`,
);

/** True for the id of a version that holds, or is to hold, what replaces a leaked client secret. */
export function answersLeak(versionId: string): boolean {
  return pattern.test(versionId);
}

/**
 * True if the current version answers a leak, and the answer was broken off. The tag says `none` once
 * it is complete, or names a later version, from which somebody has gone back. Whatever is stored
 * later, by a person or a rotation, has no mark.
 */
export function isUnfinished(currentVersionId: string, state: RotationState): boolean {
  if (!answersLeak(currentVersionId)) return false;
  if (state.kind === 'none') return false;
  // A note of an earlier release names no version: its answer may have been the one that retired the secret.
  const { versionId = currentVersionId } = state;
  return versionId === currentVersionId;
}

/** The version that is to answer a leak, or has, by the tag; undefined if that is about none. */
export function answerNoted(state: RotationState): string | undefined {
  const versionId = state.kind === 'none' ? undefined : state.versionId;
  return versionId !== undefined && answersLeak(versionId) ? versionId : undefined;
}

interface Described {
  readonly currentVersionId?: string | undefined;
  readonly tags?: Tags | undefined;
}

/**
 * True if an answer to a leak was broken off, whether or not its client secret became the current one.
 * It shows after another credential is stored, too, but not by a note of an earlier release.
 */
export function hasOpenAnswer({ currentVersionId = '', tags }: Described): boolean {
  const state = readRotationState(tags);
  return answerNoted(state) !== undefined || isUnfinished(currentVersionId, state);
}

/** True if that was a day ago. */
export function isAnswerOverdue(client: Described, now: EpochSeconds): boolean {
  const since = notedAt(readRotationState(client.tags));
  return since !== undefined && hasOpenAnswer(client) && now > since + mostDelay;
}

/** When the note was written, or up to 17 minutes after that. */
export function notedAt(state: RotationState): EpochSeconds | undefined {
  if (state.kind === 'none') return undefined;
  return state.kind === 'adding' ? state.since : state.at;
}
