import { mostDelay, type RotationState, readRotationState } from './client-secret-rotation.ts';
import type { EpochSeconds } from './instant.ts';
import type { Digest, Tags } from './token-tags.ts';

/** Marks the id of a version that answers a leak, an RFC 9562 UUIDv8. */
export const leakMark = '1eaced';

const pattern = new RegExp(
  `^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-${leakMark}[0-9a-f]{6}$`,
);

/** True for the id of a version that holds, or is to hold, what replaces a leaked client secret. */
export function answersLeak(versionId: string): boolean {
  return pattern.test(versionId);
}

/** The first digits of a version that is to replace that one. */
export function beginningOf(digest: Digest, replaced: string): string {
  return digest(replaced).slice(0, 8);
}

/** True for a version that was made to replace that one, because it had leaked. */
export function replaces(digest: Digest, versionId: string, replaced: string): boolean {
  return answersLeak(versionId) && versionId.startsWith(beginningOf(digest, replaced));
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
  readonly previousVersionId?: string | undefined;
  readonly tags?: Tags | undefined;
}

/**
 * What is current now that a version has leaked: that version still (`leaked`); the one that an answer has stored
 * in its place, while the answer is open (`replaced`) or once it is complete (`answered`); or any other.
 */
export type AfterLeak = 'leaked' | 'replaced' | 'answered' | 'other';

/**
 * Looks at what is current now that a version has leaked. By this, a command that names the version may be
 * repeated, whatever has happened since it was printed.
 *
 * @param leaked the id of that version
 */
export function afterLeak(digest: Digest, leaked: string, stored: Described): AfterLeak {
  const { currentVersionId = '', tags } = stored;
  if (currentVersionId === leaked) return 'leaked';
  if (!replaces(digest, currentVersionId, leaked)) return 'other';
  return isUnfinished(currentVersionId, readRotationState(tags)) ? 'replaced' : 'answered';
}

/** The version whose leak has an answer that was broken off; undefined if that is not known, or there is none. */
export function leakedVersion(digest: Digest, stored: Described): string | undefined {
  const { currentVersionId = '', previousVersionId, tags } = stored;
  const state = readRotationState(tags);
  const answer = isUnfinished(currentVersionId, state) ? currentVersionId : answerNoted(state);
  const noted = state.kind === 'none' ? undefined : state.leakedId;
  // Notes of earlier releases name none.
  return [noted, currentVersionId, previousVersionId].find(
    (id) => id !== undefined && answer !== undefined && replaces(digest, answer, id),
  );
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
