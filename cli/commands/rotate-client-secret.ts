import { randomUUID } from 'node:crypto';
import { hasOpenAnswer } from '../../core/open-answer.ts';
import { readSettings } from '../../core/token-tags.ts';
import { isRefusal } from '../aws/ask.ts';
import type { Secret } from '../aws/secret.ts';
import { SecretVersions } from '../aws/secret-versions.ts';
import { CliError, interrupted } from '../errors.ts';
import { assertPresent, fixOfAbsence, listCommand } from '../rotator/absence.ts';
import { checkPrefix } from '../rotator/check-prefix.ts';
import {
  type ClientRotation,
  checkBudget,
  checkGoesOn,
  progressOf,
  type RotationProgress,
} from '../rotator/client-rotation.ts';
import { confirmLocation } from '../rotator/confirm-location.ts';
import { confirmOwn, type OwnOptions } from '../rotator/confirm-own.ts';
import { findRotator } from '../rotator/find-rotator.ts';
import { answeringStored, completing } from '../rotator/leak-first.ts';
import { checkOwner } from '../rotator/overlaps.ts';
import { assertNoReplica } from '../rotator/replica.ts';
import { checkName, namesOf, type Rotator } from '../rotator/rotator.ts';
import { settled } from '../rotator/settle.ts';
import { Steps } from '../rotator/steps.ts';
import type { Session } from '../session.ts';
import { nextCommand, resumeFix } from '../view/next-command.ts';

export interface RotateOptions extends OwnOptions {
  /** Seconds to wait for the rotation at most; 0 does not wait. */
  readonly wait: number;
}

// Seconds.
const pollInterval = 1;

/** Has Secrets Manager rotate a client secret, and tells how far it is. */
export async function rotateClientSecret(
  session: Session,
  name: string,
  { wait, ownSecret }: RotateOptions,
): Promise<number> {
  const { secrets, terminal, options } = session;
  checkName(name);
  const rotator = await findRotator(session);
  const names = namesOf(rotator, name);
  checkPrefix(session, rotator);
  checkOwner(session, rotator);
  const [client, token] = await Promise.all([
    secrets.describe(names.client),
    secrets.describe(names.token),
  ]);
  const list = fixOfAbsence(rotator, listCommand(session));
  assertPresent(session, names.token, token, list);
  await confirmOwn(session, rotator, names.client, { ownSecret });
  assertPresent(session, names.client, client, list);
  assertNoReplica(session, rotator, client, { name, words: 'rotate-client-secret CREDENTIAL' });
  checkRotates(session, client, rotator, name);
  if (hasOpenAnswer(client)) throw openAnswer(session, client, name);
  if (readSettings(token.tags).paused) {
    const text = `${name} is paused, so that the function refuses to rotate its client secret`;
    throw new CliError('ERR_PAUSED', text, resumeFix(name, options));
  }
  checkBudget(session, { name, client, token });
  await confirmLocation(session, rotator, names.client);
  const versionId = await begin(session, client, name);
  const rotation = { name, client, token, versionId };
  const again = nextCommand(`rotate-client-secret ${name}`, options);
  const steps = new Steps(session, () => again);
  steps.tell('begin', `began to rotate ${client.name} into version ${versionId}`);
  const last = wait === 0 ? undefined : await follow(session, rotation, steps, wait);
  if (options.json === true) {
    terminal.printJson({ name, version_id: versionId, steps: steps.done, finished: last?.isDone });
  }
  return 0;
}

/** @throws CliError ERR_ROTATION_OFF */
function checkRotates(
  session: Session,
  client: Secret,
  { function: target, rotating }: Rotator,
  name: string,
): void {
  const { name: secretName, rotation } = client;
  const isOther =
    target.kind === 'deployed' &&
    rotation?.functionArn !== undefined &&
    rotation.functionArn !== target.arn;
  if (rotation !== undefined && !isOther) return;
  const text = isOther
    ? `${secretName} is rotated by another function, ${rotation?.functionArn}`
    : `the rotation of ${secretName} is switched off`;
  // A deployment of the same template changes nothing.
  const on =
    rotating?.has(name) === true
      ? 'the stack has it on: docs/runbook.md, "Client secret rotation overdue", has the command that switches it on again'
      : 'give the credential clientSecretRotation: true in the stack, and deploy it: docs/client-secret-rotation.md';
  const leaked = answeringStored(session, name, client);
  throw new CliError('ERR_ROTATION_OFF', text, `${on}; after a leak: ${leaked}`);
}

/** The function refuses to rotate over it. */
function openAnswer(session: Session, client: Secret, name: string): CliError {
  const text = `an answer to a leak of ${client.name} is not complete`;
  return new CliError('ERR_ROTATION_NOT_FINISHED', text, completing(session, name, client));
}

/** @returns the id of the version that it rotates into */
async function begin(session: Session, client: Secret, name: string): Promise<string> {
  const { secrets, signal, options } = session;
  const versionId = randomUUID();
  const versions = new SecretVersions(signal);
  try {
    return await settled(
      async () => {
        await versions.rotate(client.arn, versionId);
        return versionId;
      },
      async () => {
        const found = await secrets.describeAfterWrite(client.arn);
        const begun = [found?.pendingVersionId, found?.currentVersionId].includes(versionId);
        return begun ? versionId : undefined;
      },
    );
  } catch (error) {
    if (!isRefusal(error, 'InvalidRequestException')) throw error;
    throw new CliError(
      'ERR_ROTATION_NOT_FINISHED',
      `an earlier rotation of ${client.name} is not complete`,
      `wait: Secrets Manager tries that one again for a while, and the last lines of the function’s log group say how far it is; a day after it began, this says how to end it: ${nextCommand(`doctor ${name}`, options)}; after a leak: ${answeringStored(session, name, client)}`,
      { cause: error },
    );
  }
}

async function follow(
  session: Session,
  rotation: ClientRotation,
  steps: Steps,
  wait: number,
): Promise<RotationProgress> {
  const { terminal, now, sleep, signal } = session;
  const until = now() + wait;
  const progress = terminal.progress('rotating');
  const told = new Set<string>();
  try {
    for (;;) {
      const seen = await progressOf(session, rotation);
      for (const [step, did] of seen.steps) {
        if (told.has(step)) continue;
        told.add(step);
        progress.above(() => steps.tell(step, did));
      }
      if (seen.isDone) return seen;
      checkGoesOn(session, rotation, seen, now() < until ? undefined : wait);
      await sleep(pollInterval);
    }
  } catch (error) {
    if (signal.aborted) throw interrupted('Secrets Manager goes on with the rotation');
    throw error;
  } finally {
    progress.end();
  }
}
