import { mostDelay, openSince, readRotationState } from './client-secret-rotation.ts';
import type { EpochSeconds } from './instant.ts';
import type { SecretMetadata } from './ledger.ts';
import { isAnswerOverdue } from './open-answer.ts';

/** How a client secret stands, apart from its version. */
export interface ClientProgress {
  /** How its rotation goes; undefined for one that does not rotate, or whose rotation is somebody else's. */
  readonly rotation?: RotationProgress | undefined;
  /** An answer to a leak of it was broken off a day ago. */
  readonly isLeakOpen: boolean;
}

export type RotationProgress = 'on-time' | 'overdue';

/**
 * How the rotation of a client secret goes; undefined for one that does not rotate.
 *
 * @param isWanted the stack has it rotate, so that somebody has switched it off if it does not
 */
export function rotationProgress(
  client: SecretMetadata | undefined,
  now: EpochSeconds,
  isWanted = false,
): RotationProgress | undefined {
  if (client === undefined) return undefined;
  if (client.isRotating !== true) return isWanted ? progressOfOff(client, now) : undefined;
  const begun = openSince(readRotationState(client.tags));
  const due = client.nextRotationAt ?? Number.POSITIVE_INFINITY;
  return now > Math.min(begun, due) + mostDelay ? 'overdue' : 'on-time';
}

/** A deployment creates the secret first, and then has it rotate. */
function progressOfOff({ createdAt }: SecretMetadata, now: EpochSeconds): RotationProgress {
  return now > (createdAt ?? 0) + mostDelay ? 'overdue' : 'on-time';
}

/** @param isImported its owner has it rotate, or not */
export function clientProgress(
  client: SecretMetadata | undefined,
  now: EpochSeconds,
  { isWanted, isImported }: { readonly isWanted: boolean; readonly isImported: boolean },
): ClientProgress {
  return {
    rotation: isImported ? undefined : rotationProgress(client, now, isWanted),
    isLeakOpen: client !== undefined && isAnswerOverdue(client, now),
  };
}
