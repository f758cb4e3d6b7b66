import { readRotationState, retirementGrace } from '../../core/client-secret-rotation.ts';
import { defaultTick } from '../../core/contract.ts';
import { epochSeconds, formatInstant } from '../../core/instant.ts';
import { type SpentBudget, spentBudget } from '../../core/mint-budget.ts';
import {
  type CredentialVersion,
  type Observation,
  observeMetadata,
  versionOf,
} from '../../core/observation.ts';
import { spentForRotation } from '../../core/rotation-budget.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../session.ts';
import { nextCommand } from '../view/next-command.ts';
import { answeringStored } from './leak-first.ts';

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
  /** Somebody else's version is current. */
  readonly isOvertaken: boolean;
  /** Nothing will make the version current any more. */
  readonly isGivenUp: boolean;
}

/** @throws CliError ERR_MINT_BUDGET_SPENT if the function would refuse to begin */
export function checkBudget(
  session: Session,
  { name, client, token }: Omit<ClientRotation, 'versionId'>,
): void {
  const spent = spentForRotation(observe(session, name, token, versionOf(client)));
  if (spent === undefined) return;
  throw new CliError(
    'ERR_MINT_BUDGET_SPENT',
    `several tokens have just been requested for ${name}, so that the function refuses to rotate its client secret`,
    `try again after ${formatInstant(spent.nextAt)}; after a leak: ${answeringStored(session, name, client)}`,
  );
}

/** How far a rotation is, from metadata alone. */
export async function progressOf(
  session: Session,
  { name, client, token, versionId }: ClientRotation,
): Promise<RotationProgress> {
  const [secret, tokenSecret] = await Promise.all([
    session.secrets.describe(client.arn),
    session.secrets.describe(token.arn),
  ]);
  const observation = observe(session, name, tokenSecret, { arn: client.arn, versionId });
  const { token: stored, fingerprint: wanted } = observation;
  const state = readRotationState(secret?.tags);
  const steps: [step: string, did: string][] = [];
  const isAdding = state.kind === 'adding' && state.versionId === versionId;
  const isCurrent = secret?.currentVersionId === versionId;
  if (isAdding) steps.push(['add', 'the function adds a client secret at Adobe']);
  if (isCurrent) steps.push(['finish', 'the new client secret is current']);
  if (isCurrent && state.kind === 'retired') {
    const after = formatInstant(epochSeconds(state.at + retirementGrace));
    const did = `the earlier one, ${state.uuid}, is deleted at Adobe after ${after}, unless it is still in use`;
    steps.push(['retire', did]);
  }
  const isRenewed = typeof stored === 'object' && stored.fingerprint === wanted;
  const spent = isRenewed ? undefined : spentBudget(observation);
  if (spent !== undefined) steps.push(['wait', waitText(spent)]);
  if (isRenewed) {
    const expiry = formatInstant(stored.expiresAt);
    steps.push(['renew', `the token is renewed with it and expires at ${expiry}`]);
  }
  const isOvertaken =
    secret?.currentVersionId !== undefined &&
    ![versionId, client.currentVersionId].includes(secret.currentVersionId);
  const isGivenUp = !isCurrent && secret?.pendingVersionId !== versionId;
  return { steps, isDone: isCurrent && isRenewed, isOvertaken, isGivenUp };
}

function observe(
  { now, digest }: Session,
  credential: string,
  token: Secret | undefined,
  client: CredentialVersion | undefined,
): Observation {
  return observeMetadata({ credential, now: now(), tick: defaultTick, digest }, token, client);
}

function waitText({ nextAt }: SpentBudget): string {
  return `several tokens have just been requested, so that the function goes on after ${formatInstant(nextAt)}`;
}

/**
 * @param waited seconds, if the time to wait is over
 * @throws CliError ERR_ROTATION_NOT_FINISHED
 */
export function checkGoesOn(
  { options }: Session,
  { name, client }: ClientRotation,
  { isGivenUp, isOvertaken, steps }: RotationProgress,
  waited: number | undefined,
): void {
  if (isOvertaken) {
    throw new CliError(
      'ERR_CREDENTIAL_CHANGED',
      `somebody else has stored another value in ${client.name} in the meantime, which stays`,
      `find out who; see what the rotation has left at Adobe: ${nextCommand(`doctor ${name} --mint`, options)}`,
    );
  }
  if (waited === undefined && !isGivenUp) return;
  const isCurrent = steps.some(([step]) => step === 'finish');
  const text = isCurrent
    ? `the client secret is rotated, but its token was not renewed within ${waited} s`
    : isGivenUp
      ? `the function has given up the rotation of ${client.name}`
      : `${client.name} is not rotated after ${waited} s; Secrets Manager tries it again for a while`;
  const waiting = steps.find(([step]) => step === 'wait')?.[1];
  const look = isCurrent
    ? [
        ...(waiting === undefined ? [] : [`${waiting}; then`]),
        nextCommand(`renew ${name}`, options),
      ].join(': ')
    : `see the last lines of the function’s log group, and ${nextCommand(`doctor ${name}`, options)}`;
  throw new CliError('ERR_ROTATION_NOT_FINISHED', text, look);
}
