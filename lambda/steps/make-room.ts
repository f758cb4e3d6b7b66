// In: a credential that is to get another client secret at Adobe. Out: the room for it, once what is retired or left over is deleted.
import {
  existedAt,
  mostClientSecrets,
  type RotationState,
  readRotationState,
  retirementGrace,
} from '../../core/client-secret-rotation.ts';
import type { ListedSecret } from '../../core/console-secrets.ts';
import { RotatorError } from '../../core/errors.ts';
import { epochSeconds } from '../../core/instant.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import type { SecretValue, Version } from '../../core/ports.ts';
import { judgeRetired, mayHold, type StoredSecrets } from '../../core/retired-secret.ts';
import { holdsSecret } from '../../core/rotated-document.ts';
import type { Rotation } from '../../core/rotation.ts';
import { secretInTheWay } from '../../core/secret-in-the-way.ts';
import { askAboutRetired } from './ask-about-retired.ts';
import { assertUnchanged, type Judged } from './assert-unchanged.ts';
import { budget } from './budget.ts';
import { deleteSecret, listSecrets, type Management } from './manage-client-secrets.ts';
import { noteRotation } from './note-rotation.ts';
import type { RotatedCredential } from './read-rotated.ts';
import type { Run } from './run.ts';
import { understand } from './usable-pending.ts';
import { withRetries } from './with-retries.ts';

interface MadeRoom {
  /** The client secrets at Adobe, after one that is left over was deleted. */
  readonly listed: readonly ListedSecret[];
  /** The value of AWSPREVIOUS. */
  readonly previous: SecretValue | undefined;
  /** The note of an earlier run: Adobe may still be about to add the secret that it asked for. */
  readonly before: RotationState;
  /** With the tags that it has now. */
  readonly client: SecretMetadata;
}

/** @throws RotatorError ERR_CLIENT_SECRET_LIMIT when there is none */
export async function makeRoom(
  run: Run,
  rotation: Rotation,
  rotated: RotatedCredential,
  management: Management,
): Promise<MadeRoom> {
  const { credential, secretId, versionId } = rotation;
  const { client, current, value } = rotated;
  const listed = await listSecrets(run, management);
  const previous = await withRetries(run, budget.read, () =>
    run.secrets.readPrevious(secretId, run.signal),
  );
  const accepted = current.entries[management.position - 1];
  const held = { entries: current.entries, accepted };
  const retired = await findRetired(run, rotation, rotated, { listed, stored: held });
  const { state, judged } = retired;
  const added = await addedButStored(run, rotation, rotated, { state, listed, held, previous });
  // The pending version is empty.
  const stored = [value, previous].map((version) => version?.text.reveal() ?? '');
  const uuids = listed.map(({ uuid }) => uuid);
  const storedUuids = new Set(
    uuids.filter((uuid) => uuid === added || stored.some((text) => text.includes(uuid))),
  );
  const surplus =
    retired.uuid ??
    secretInTheWay({
      ...{ listed, storedUuids, state, inUse: accepted?.uuid, stored: held },
      usesToldUntil: epochSeconds(run.now() - retirementGrace),
    })?.uuid;
  const none = { kind: 'none' } as const;
  if (surplus === undefined) {
    return { listed, previous, before: state.kind === 'adding' ? state : none, client };
  }
  await deleteSecret(run, management, surplus, async () => {
    if (retired.uuid === undefined) await assertStillEmpty(run, { secretId, versionId });
    await assertUnchanged(run, secretId, judged);
  });
  const message =
    retired.uuid === undefined
      ? 'a client secret that an earlier run left over is deleted at Adobe'
      : 'the retired client secret is deleted at Adobe';
  run.log.info(message, { credential, client_secret_uuid: surplus });
  const left = listed.filter(({ uuid }) => uuid !== surplus);
  return { listed: left, previous, before: none, client: { ...client, tags: judged.tags } };
}

interface Found {
  readonly state: RotationState;
  readonly listed: readonly ListedSecret[];
  readonly held: StoredSecrets;
  readonly previous: SecretValue | undefined;
}

/**
 * The uuid of the secret that an earlier rotation has added, if a person has stored that secret without its
 * uuid. The version that the rotation created has its value. If that version is gone, any stored secret
 * without a uuid that Adobe lists may be the one that the tag names.
 */
async function addedButStored(
  run: Run,
  { secretId }: Rotation,
  rotated: RotatedCredential,
  { state, listed, held, previous }: Found,
): Promise<string | undefined> {
  if (state.kind !== 'adding' || listed.length < mostClientSecrets) return undefined;
  const { uuid, versionId } = state;
  const value = await withRetries(run, budget.read, () =>
    run.secrets.readVersion({ secretId, versionId }, run.signal),
  ).catch((error: unknown) => {
    // Whoever may write tags may have noted an id that is none.
    if (error instanceof RotatorError && !error.transient) return undefined;
    throw error;
  });
  const [added] = (value && understand(value, rotated)?.entries) ?? [];
  if (added?.uuid === undefined || (uuid !== undefined && added.uuid !== uuid)) {
    const { entries } = held;
    const one = listed.find((other) => other.uuid === uuid);
    if (one === undefined) return undefined;
    const mayBe =
      mayHold({ entries, accepted: undefined }, one.uuid, listed) ||
      mayBePrevious(rotated, previous, { one, listed });
    return mayBe ? uuid : undefined;
  }
  const before = previous && understand(previous, rotated);
  const isStored = [rotated.current, before].some((one) => one && holdsSecret(one, added));
  return isStored ? added.uuid : undefined;
}

/** True if AWSPREVIOUS, to which somebody may go back, may hold it as a secret that AWSCURRENT has not got. */
function mayBePrevious(
  rotated: RotatedCredential,
  previous: SecretValue | undefined,
  { one, listed }: { readonly one: ListedSecret; readonly listed: readonly ListedSecret[] },
): boolean {
  if (previous === undefined || !existedAt(one, previous.createdAt)) return false;
  const entries = understand(previous, rotated)?.entries ?? [];
  const others = entries.filter((entry) => !holdsSecret(rotated.current, entry));
  return mayHold({ entries: others, accepted: undefined }, one.uuid, listed);
}

interface FoundRetired {
  /** The client secret that may be deleted, if there is one. */
  readonly uuid: string | undefined;
  /** The note in the tag now. */
  readonly state: RotationState;
  readonly judged: Judged;
}

/** The retired client secret that no renewal could delete. */
async function findRetired(
  run: Run,
  { secretId }: Rotation,
  { client, current, value, observation, recorded }: RotatedCredential,
  { listed, stored }: { listed: readonly ListedSecret[]; stored: StoredSecrets },
): Promise<FoundRetired> {
  const state = readRotationState(client.tags);
  const { currentVersionId, tags } = client;
  const judged = { currentVersionId, tags };
  const times = { now: run.now(), storedAt: value.createdAt, rotatedAt: client.rotatedAt };
  if (state.kind !== 'retired') return { uuid: undefined, state, judged };
  const removal = judgeRetired(state, listed, stored, times);
  if (removal.kind !== 'remove') return { uuid: undefined, state, judged };
  const subject = { secretId, judged, understood: current, observation, recorded };
  const proved = await askAboutRetired(run, subject, state);
  if (proved !== undefined) return { uuid: state.uuid, state, judged: proved };
  const none = { kind: 'none' } as const;
  await noteRotation(run, secretId, none);
  return { uuid: undefined, state: none, judged };
}

/** A client secret that seems left over may be one that another run of the same step has just stored. */
async function assertStillEmpty(run: Run, version: Version): Promise<void> {
  const pending = await withRetries(run, budget.read, () =>
    run.secrets.readVersion(version, run.signal),
  );
  if (pending === undefined) return;
  throw new RotatorError(
    'ERR_VERSION_EXISTS',
    `another run has stored a client secret in version ${version.versionId} meanwhile`,
  );
}
