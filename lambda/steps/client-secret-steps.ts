// In: one step of the rotation of a client secret. Out: the work that it did.
import { retiredNow, retirementToNote } from '../../core/client-secret-rotation.ts';
import type { UnderstoodCredential } from '../../core/credential.ts';
import { BudgetSpentError, RotatorError } from '../../core/errors.ts';
import { keptError } from '../../core/kept-error.ts';
import { isReplica, type SecretMetadata } from '../../core/ledger.ts';
import type { Rotation } from '../../core/rotation.ts';
import { secretNames } from '../../core/secret-name.ts';
import { addClientSecret } from './add-client-secret.ts';
import { budget, rotationStepSeconds } from './budget.ts';
import { noteRotation, tryNoteNothing } from './note-rotation.ts';
import { type RotatedCredential, readRotated } from './read-rotated.ts';
import type { StepDone } from './rotation-steps.ts';
import type { Run } from './run.ts';
import { moveCurrent, removePending } from './staging-labels.ts';
import { testClientSecret } from './test-client-secret.ts';
import { usablePending } from './usable-pending.ts';
import { withRetries } from './with-retries.ts';

// Seconds.
const mostSpread = 20;

/**
 * Takes one of the four steps in which Secrets Manager rotates a client secret. Any step may be
 * repeated, and goes on where another run was cut short.
 *
 * Secrets Manager repeats a step that fails, but nobody knows how soon: if the budget of requests is
 * spent, its tries could be over before the budget allows another one. So the step waits for that, as
 * long as the run has time.
 *
 * @throws RotatorError; AWSCURRENT and the client secret in it are then unharmed
 */
export async function takeClientStep(run: Run, rotation: Rotation): Promise<StepDone> {
  try {
    return await takeStep(run, rotation);
  } catch (error) {
    const left = run.remaining() - rotationStepSeconds;
    if (!(error instanceof BudgetSpentError) || left <= 0) throw error;
    // So that a step which runs twice at once does not go on twice at once.
    const wait = error.nextAt - run.now() + run.random() * mostSpread;
    await run.sleep(Math.min(left, wait), run.signal);
  }
  return await takeStep(run, rotation);
}

async function takeStep(run: Run, rotation: Rotation): Promise<StepDone> {
  const { credential, step, versionId } = rotation;
  const client = await describe(run, rotation);
  if (client.currentVersionId === versionId) {
    if (step === 'finishSecret') await completeFinish(run, rotation, client);
    return { did: 'the version is already AWSCURRENT' };
  }
  if (client.pendingVersionId !== versionId) throw notPending(run, rotation, 'is not AWSPENDING');
  if (step === 'setSecret') return { did: 'nothing to set: Adobe already has the client secret' };
  if (step === 'testSecret') return await testClientSecret(run, rotation, client);
  const rotated = await readRotated(run, rotation, client);
  if (rotated.observation.paused) throw keptError('paused', secretNames(run.config, credential));
  return step === 'createSecret'
    ? await createSecret(run, rotation, rotated)
    : await finishSecret(run, rotation, rotated);
}

/** Adds a client secret at Adobe, and stores it in the pending version, unless that has one already. */
async function createSecret(
  run: Run,
  rotation: Rotation,
  rotated: RotatedCredential,
): Promise<StepDone> {
  if (rotated.pending !== undefined) {
    await usablePending(run, rotation, rotated, rotated.pending);
    return { did: 'the pending version already has its client secret' };
  }
  await addClientSecret(run, rotation, rotated);
  return { did: 'a pending client secret is stored' };
}

/** Makes the pending version the current one, and notes that the secret before is retired. */
async function finishSecret(
  run: Run,
  rotation: Rotation,
  rotated: RotatedCredential,
): Promise<StepDone> {
  const { secretId, versionId } = rotation;
  const { client, pending } = rotated;
  if (pending === undefined) throw notPending(run, rotation, 'has no value');
  const usable = await usablePending(run, rotation, rotated, pending);
  await moveCurrent(run, { secretId, versionId, from: client.currentVersionId });
  await removePending(run, { secretId, versionId });
  await noteRetirement(run, rotation, client, usable);
  return { did: 'the client secret is rotated' };
}

/** Does what is left to do when finishSecret was cut short after it had moved AWSCURRENT. */
async function completeFinish(run: Run, rotation: Rotation, client: SecretMetadata): Promise<void> {
  const { secretId, versionId } = rotation;
  if (client.pendingVersionId === versionId) await removePending(run, { secretId, versionId });
  const { current } = await readRotated(run, rotation, client);
  await noteRetirement(run, rotation, client, current);
}

async function noteRetirement(
  run: Run,
  rotation: Rotation,
  { tags }: SecretMetadata,
  { entries }: UnderstoodCredential,
): Promise<void> {
  const { secretId, versionId } = rotation;
  const uuid = retirementToNote(entries, tags, versionId);
  // A secret that Adobe did not list any more leaves nothing to delete.
  if (uuid === undefined) return await tryNoteNothing(run, rotation);
  await noteRotation(run, secretId, retiredNow(uuid, run.now(), versionId));
}

async function describe(run: Run, { credential, secretId }: Rotation): Promise<SecretMetadata> {
  const names = secretNames(run.config, credential);
  // Described by its name: an event may hold the ARN of such a name in any account.
  const secret = await withRetries(run, budget.read, () =>
    run.secrets.describe(names.client, run.signal),
  );
  if (secret?.arn !== secretId || isReplica(secret, run.config.region)) {
    throw keptError('credential-missing', names);
  }
  return secret;
}

function notPending({ config }: Run, rotation: Rotation, problem: string): RotatorError {
  const { client } = secretNames(config, rotation.credential);
  return new RotatorError(
    'ERR_ROTATION_NOT_PENDING',
    `version ${rotation.versionId} of ${client} ${problem}; start the rotation again`,
  );
}
