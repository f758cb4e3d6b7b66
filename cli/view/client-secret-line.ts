import { type EpochSeconds, formatInstant } from '../../core/instant.ts';
import type { Secret } from '../aws/secret.ts';
import { formatDuration, formatMinute } from './durations.ts';

/** The age of a client secret, and its rotation, from a list's metadata. */
export type ClientSecretAge = Pick<Secret, 'rotation' | 'rotatedAt' | 'changedAt'>;

/**
 * A client secret's age and next rotation, for people.
 *
 * @param isAssumed true if the stack may import another one
 */
export function clientSecretLine(
  { rotation, rotatedAt, changedAt }: ClientSecretAge,
  now: EpochSeconds,
  isAssumed: boolean,
): string {
  const since = rotatedAt ?? changedAt;
  // AWS gives no date of the value alone.
  const verb = rotatedAt === undefined ? 'its value, labels or tags last changed' : 'rotated';
  const age = since === undefined ? '' : `${verb} ${formatDuration(now - since)} ago, `;
  const which = isAssumed ? ' (unless the stack imports another one)' : '';
  return `client secret${which}: ${age}${nextRotation(rotation, now)}`;
}

/** When a secret is rotated next, in words. */
export function nextRotation(rotation: Secret['rotation'], now: EpochSeconds): string {
  if (rotation === undefined) return 'not rotated by schedule';
  const { nextAt } = rotation;
  if (nextAt === undefined) return 'next rotation not planned yet';
  const late = nextAt < now ? `, overdue for ${formatDuration(now - nextAt)}` : '';
  return `next rotation ${formatMinute(nextAt)}${late}`;
}

export function clientSecretJson({ rotation, rotatedAt, changedAt }: ClientSecretAge) {
  return {
    changed_at: changedAt && formatInstant(changedAt),
    rotated_at: rotatedAt && formatInstant(rotatedAt),
    rotation_enabled: rotation !== undefined,
    next_rotation_at: rotation?.nextAt && formatInstant(rotation.nextAt),
  };
}
