import { mostDelay, openSince, readRotationState } from './client-secret-rotation.ts';
import type { EpochSeconds } from './instant.ts';
import type { SecretMetadata } from './ledger.ts';
import { isAnswerOverdue } from './open-answer.ts';

/** `leak-open`: an answer to a leak of it was broken off a day ago. */
export type RotationProgress = 'on-time' | 'overdue' | 'leak-open';

/**
 * How the rotation of a client secret goes, or the answer to a leak of it; undefined for one that does
 * not rotate and has none.
 *
 * @param isWanted the stack has it rotate, so that somebody has switched it off if it does not
 */
export function rotationProgress(
  client: SecretMetadata | undefined,
  now: EpochSeconds,
  isWanted = false,
): RotationProgress | undefined {
  if (client === undefined) return undefined;
  const ofAnswer = answerProgress(client, now);
  if (ofAnswer !== undefined) return ofAnswer;
  if (client.isRotating !== true) return isWanted ? progressOfOff(client, now) : undefined;
  const begun = openSince(readRotationState(client.tags));
  const due = client.nextRotationAt ?? Number.POSITIVE_INFINITY;
  return now > Math.min(begun, due) + mostDelay ? 'overdue' : 'on-time';
}

/** The same for one whose rotation is somebody else's. */
export function answerProgress(
  client: SecretMetadata | undefined,
  now: EpochSeconds,
): RotationProgress | undefined {
  return client !== undefined && isAnswerOverdue(client, now) ? 'leak-open' : undefined;
}

/** A deployment creates the secret first, and then has it rotate. */
function progressOfOff({ createdAt }: SecretMetadata, now: EpochSeconds): RotationProgress {
  return now > (createdAt ?? 0) + mostDelay ? 'overdue' : 'on-time';
}
