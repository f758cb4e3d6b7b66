// In: the rotation of a client secret, whose pending version is empty. Out: a new secret, stored in it.
import {
  existedAt,
  isGraceOver,
  readRotationState,
  uuidInUse,
} from '../../core/client-secret-rotation.ts';
import { type AddedSecret, isUndone, type ListedSecret } from '../../core/console-secrets.ts';
import { tagKeys } from '../../core/contract.ts';
import type { UnderstoodCredential } from '../../core/credential.ts';
import type { ClientSecretEntry } from '../../core/documented-form.ts';
import { RotatorError } from '../../core/errors.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import { hasOpenAnswer } from '../../core/open-answer.ts';
import type { NewVersion, SecretValue } from '../../core/ports.ts';
import { hasRoomFor, rotatedDocument } from '../../core/rotated-document.ts';
import type { Rotation } from '../../core/rotation.ts';
import { secretNames } from '../../core/secret-name.ts';
import { budget } from './budget.ts';
import { makeRoom } from './make-room.ts';
import {
  addSecret,
  assertTimeToAdd,
  deleteSecret,
  type Management,
  manage,
} from './manage-client-secrets.ts';
import { noteRotation, tryNoteNothing, type Undone } from './note-rotation.ts';
import { assertBudget, type RotatedCredential } from './read-rotated.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

/**
 * The tag is written before the secret is added, because nobody can ask Adobe for the value again: a
 * run that finds the tag knows that a secret which no version names may be left over.
 *
 * @throws RotatorError; a secret may then be left over at Adobe, which the next run deletes
 */
export async function addClientSecret(
  run: Run,
  rotation: Rotation,
  rotated: RotatedCredential,
): Promise<void> {
  const { credential, secretId, versionId, rotationToken } = rotation;
  const { current, value, observation, recorded } = rotated;
  assertNoOpenAnswer(run, credential, rotated.client);
  assertBudget(run, credential, observation, asksAboutRetired(run, rotated.client));
  const management = await manage(run, current.credential, recorded);
  const { position } = management;
  assertRoom(run, credential, current, position);
  const { listed, previous, before, client } = await makeRoom(run, rotation, rotated, management);
  const entry = current.entries[position - 1];
  const storedAt = firstStored(entry, value, previous);
  const uuid = uuidInUse(entry, listed, storedAt);
  if (uuid === undefined && storedAt === undefined) assertKnown(listed, previous);
  assertTimeToAdd(run);
  await assertAlone(run, rotation, client);
  const now = run.now();
  await noteRotation(run, secretId, { kind: 'adding', since: now, versionId });
  const added = await add(run, rotation, management, { since: now, before });
  const uuids = new Set(listed.map((one) => one.uuid));
  const secretString = rotatedDocument(current, { added, position, uuid, uuids, now });
  const stored = { secretId, versionId, secretString, pending: { rotationToken } };
  await store(run, management, stored, added);
  run.log.info('a client secret is added at Adobe', { credential, client_secret_uuid: added.uuid });
}

/** True if IMS may have to be asked about a retired one, too. */
function asksAboutRetired(run: Run, { tags }: SecretMetadata): boolean {
  const state = readRotationState(tags);
  return state.kind === 'retired' && isGraceOver(state, run.now());
}

/**
 * The note of an answer to a leak that was broken off is all that shows what is left to do: a rotation
 * would write over it, and leave the tokens that have leaked as they are.
 */
function assertNoOpenAnswer(run: Run, credential: string, client: SecretMetadata): void {
  if (!hasOpenAnswer(client)) return;
  throw new RotatorError(
    'ERR_VERSION_EXISTS',
    `an answer to a leak of ${secretNames(run.config, credential).client} is not complete, so that no ` +
      `client secret is added; for the command that completes it: ims-token-rotator status ${credential}`,
  );
}

/** A pending version with too many client secrets would be no credential, and its new one lost. */
function assertRoom(
  run: Run,
  credential: string,
  current: UnderstoodCredential,
  position: number,
): void {
  if (hasRoomFor(current, position)) return;
  const { client } = secretNames(run.config, credential);
  throw new RotatorError(
    'ERR_CREDENTIAL_INVALID',
    `${client} holds ${current.entries.length} client_secrets, beside which no other fits; store it ` +
      'without those that are gone at Adobe',
  );
}

/** A value may be stored again as it was. If AWSPREVIOUS has its secret, too, earlier versions may. */
function firstStored(
  entry: ClientSecretEntry | undefined,
  value: SecretValue,
  previous: SecretValue | undefined,
): EpochSeconds | undefined {
  const secret = entry?.secret.reveal();
  const isOlder = secret !== undefined && previous?.text.reveal().includes(secret) === true;
  return isOlder ? undefined : value.createdAt;
}

/**
 * The only secret at Adobe may be the stored one, or that with which a person has just replaced it. To
 * retire neither would leave the stored one there, in the way of the next rotation.
 */
function assertKnown(listed: readonly ListedSecret[], previous: SecretValue | undefined): void {
  const [only, ...others] = listed;
  if (only === undefined || others.length > 0 || !existedAt(only, previous?.createdAt)) return;
  throw new RotatorError(
    'ERR_CONSOLE_MALFORMED',
    `Adobe does not tell yet whether anybody has used ${only.uuid}, its only client secret, and so whether ` +
      'that is the stored one; nothing was added, and the next attempt looks again; or store the credential with ' +
      'its uuid (docs/runbook.md, ERR_CONSOLE_MALFORMED)',
  );
}

/**
 * The same step may run twice at once, and a person may answer a leak meanwhile. Whoever has written
 * the tag since it was read adds a secret, which is recognised by that tag alone until it is stored.
 */
async function assertAlone(
  run: Run,
  { secretId, versionId }: Rotation,
  { tags = {} }: SecretMetadata,
): Promise<void> {
  const described = await withRetries(run, budget.read, () =>
    run.secrets.describe(secretId, run.signal),
  );
  if (described?.tags?.[tagKeys.rotation] === tags[tagKeys.rotation]) return;
  throw new RotatorError(
    'ERR_VERSION_EXISTS',
    `another run adds a client secret meanwhile, so that none is added to version ${versionId}`,
  );
}

async function add(
  run: Run,
  rotation: Rotation,
  management: Management,
  undone: Undone,
): Promise<AddedSecret> {
  try {
    return await addSecret(run, management);
  } catch (error) {
    // Only then is it certain that this request added nothing.
    const isRefused = error instanceof RotatorError && isUndone(error.code);
    if (isRefused) await tryNoteNothing(run, rotation, undone);
    throw error;
  }
}

async function store(
  run: Run,
  management: Management,
  version: NewVersion,
  { uuid }: AddedSecret,
): Promise<void> {
  try {
    await withRetries(run, budget.put, () => run.secrets.put(version, run.signal));
  } catch (error) {
    // The same step ran twice at once, and the other run was faster.
    if (!(error instanceof RotatorError && error.code === 'ERR_VERSION_EXISTS')) throw error;
    await deleteSecret(run, management, uuid);
  }
}
