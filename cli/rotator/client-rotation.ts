import {
  readRotationState,
  retirementGrace,
  shortVersion,
} from '../../core/client-secret-rotation.ts';
import { epochSeconds, formatInstant } from '../../core/instant.ts';
import { fingerprint } from '../../core/token-tags.ts';
import { decodeVersionId } from '../../core/version-id.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';

/** A rotation of a client secret that has begun. */
export interface ClientRotation {
  readonly name: string;
  /** As they were before. */
  readonly client: Secret;
  readonly token: Secret;
  readonly versionId: string;
}

export interface RotationProgress {
  /** The steps done so far, by name. */
  readonly steps: readonly (readonly [step: string, did: string])[];
  /** The new client secret is current, and the token is minted from it. */
  readonly isDone: boolean;
  /** Nothing will make the version current any more. */
  readonly isGivenUp: boolean;
}

/** How far a rotation is, from metadata alone. */
export async function progressOf(
  { secrets, now, digest }: Session,
  { client, token, versionId }: ClientRotation,
): Promise<RotationProgress> {
  const [secret, tokenSecret] = await Promise.all([
    secrets.describe(client.arn),
    secrets.describe(token.arn),
  ]);
  const state = readRotationState(secret?.tags);
  const steps: [step: string, did: string][] = [];
  const isAdding = state.kind === 'adding' && state.version === shortVersion(versionId);
  const isCurrent = secret?.currentVersionId === versionId;
  if (isAdding) steps.push(['add', 'the function adds a client secret at Adobe']);
  if (isCurrent) steps.push(['finish', 'the new client secret is current']);
  if (isCurrent && state.kind === 'retired') {
    const after = formatInstant(epochSeconds(state.at + retirementGrace));
    const did = `the earlier one, ${state.uuid}, is deleted at Adobe after ${after}, unless it is still in use`;
    steps.push(['retire', did]);
  }
  const stored = decodeVersionId(tokenSecret?.currentVersionId ?? '', now());
  const wanted = fingerprint(digest, client.arn, versionId, tokenSecret?.tags ?? {});
  const isRenewed = stored?.fingerprint === wanted;
  if (isRenewed) {
    const expiry = formatInstant(stored.expiresAt);
    steps.push(['renew', `the token is renewed with it and expires at ${expiry}`]);
  }
  const isGivenUp = !isCurrent && secret?.pendingVersionId !== versionId;
  return { steps, isDone: isCurrent && isRenewed, isGivenUp };
}

/** @throws CliError ERR_ROTATION_NOT_FINISHED */
export function checkGoesOn(
  { name, client }: ClientRotation,
  { isGivenUp, steps }: RotationProgress,
  hasTime: boolean,
  wait: number,
): void {
  if (hasTime && !isGivenUp) return;
  const isCurrent = steps.some(([step]) => step === 'finish');
  const text = isCurrent
    ? `the client secret is rotated, but its token was not renewed within ${wait} s`
    : isGivenUp
      ? `the function has given up the rotation of ${client.name}`
      : `${client.name} is not rotated after ${wait} s; Secrets Manager tries it again for a while`;
  const look = isCurrent
    ? `ims-token-rotator renew ${name}`
    : `see the last lines of the function’s log group, and ims-token-rotator doctor ${name}`;
  throw new CliError('ERR_ROTATION_NOT_FINISHED', text, look);
}
