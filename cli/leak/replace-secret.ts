import { type RotationState, readRotationState } from '../../core/client-secret-rotation.ts';
import type { ListedSecret } from '../../core/console-secrets.ts';
import { RotatorError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import { asAdobeFailure, isUnknownSecret } from '../adobe/failure.ts';
import { OwnSecrets } from '../adobe/own-secrets.ts';
import { CliError } from '../errors.ts';
import { mintOnce } from '../rotator/mint-once.ts';
import { formatDuration, hour } from '../view/durations.ts';
import {
  type Answer,
  type ClientVersion,
  currentOf,
  readClientVersions,
  type UsableVersion,
} from './answer.ts';
import { isUnfinished } from './leak-version.ts';
import { judgeRoom, type Room } from './room.ts';
import { replaceStored } from './store-replacement.ts';
import { storedLife } from './stored-token.ts';

/** The leaked secret is no longer stored. */
export interface Replaced {
  /** The version that holds the new secret. */
  readonly versionId: string;
  readonly own: OwnSecrets;
  /** The leaked secrets that may still be at Adobe. */
  readonly leaked: readonly string[];
}

// Seconds between Adobe's clock and this one.
const tolerance = 120;

/** Replaces the leaked secret in the client secret, or finds that an earlier run has. */
export async function replaceSecret(answer: Answer): Promise<Replaced> {
  const { steps, client } = answer;
  const state = readRotationState(client.tags);
  const versions = await steps.run('read the client secret', async () => {
    const read = await readClientVersions(answer);
    return [
      `read ${read.length === 1 ? '1 version' : `${read.length} versions`} of the client secret`,
      read,
    ];
  });
  const current = currentOf(answer, versions);
  if (isUnfinished(current.id, state)) return await resume(answer, current, state);
  const { own, room } = await preflight(answer, versions, current, state);
  if (room.remove !== undefined) await remove(answer, own, versions, room.remove);
  const versionId = await replaceStored(answer, own, current.found, room.inUse);
  return { versionId, own, leaked: room.inUse === undefined ? [] : [room.inUse] };
}

/** An earlier run has stored the new secret. */
async function resume(
  { session, name, adobe, steps }: Answer,
  { id, found, createdAt }: UsableVersion,
  state: RotationState,
): Promise<Replaced> {
  steps.state = 'the new client secret is stored; the leaked one may still work';
  return await steps.run('list the client secrets at Adobe', async () => {
    const own = await OwnSecrets.open(session, name, adobe, found.credential);
    const listed = await own.list();
    const leaked = leakedBefore(listed, found.entries, state);
    const when = createdAt === undefined ? '' : `, begun at ${formatInstant(createdAt)}`;
    return [`going on with the answer to this leak${when}`, { versionId: id, own, leaked }];
  });
}

/** There was room for the new secret, so that the other one was there before. */
function leakedBefore(
  listed: readonly ListedSecret[],
  entries: UsableVersion['found']['entries'],
  state: RotationState,
): readonly string[] {
  if (state.kind === 'retired') return [state.uuid];
  return listed.flatMap(({ uuid, createdAt }) => {
    const isNew = entries.some((entry) => entry.uuid === uuid);
    const isEarlier = state.kind === 'adding' && createdAt <= state.since + tolerance;
    return !isNew && isEarlier ? [uuid] : [];
  });
}

/** Looks at everything that the steps need, before anything is changed. */
async function preflight(
  answer: Answer,
  versions: readonly ClientVersion[],
  current: UsableVersion,
  state: RotationState,
): Promise<{ readonly own: OwnSecrets; readonly room: Room }> {
  const { session, name, adobe, steps } = answer;
  const { credential, entries } = current.found;
  return await steps.run('list the client secrets at Adobe', async () => {
    const left = await checkLife(answer);
    const own = await OwnSecrets.open(session, name, adobe, credential).catch((error: unknown) => {
      throw unknownSecret(error, name);
    });
    const listed = await own.list();
    const storedUuids = uuidsOf(versions);
    const pending = versions.filter(
      ({ id, labels }) => id !== current.id && labels.includes('AWSPENDING'),
    );
    const isAmbiguous =
      listed.length === 2 &&
      entries.length === 2 &&
      entries.every(({ uuid }) => uuid === undefined);
    const before = {
      ...{ listed, entries, state, storedUuids },
      accepted: entries[own.position - 1],
      areAllAccepted: isAmbiguous && (await areAllAccepted(answer, current)),
      pendingUuids: uuidsOf(pending),
    };
    const room = judge(before, name);
    const count = listed.length === 1 ? '1 client secret' : `${listed.length} client secrets`;
    return [`Adobe lists ${count}; ${left}`, { own, room }];
  });
}

function judge(before: Parameters<typeof judgeRoom>[0], name: string): Room {
  try {
    return judgeRoom(before);
  } catch (error) {
    if (!(error instanceof RotatorError)) throw error;
    const fix =
      'the Developer Console shows their values and last uses; have an unknown one deleted there by whoever added it';
    const { code, message } = asAdobeFailure(error, name) as CliError;
    throw new CliError(code, message, fix, { cause: error });
  }
}

/** Until another token is minted, consumers have only the stored one. */
async function checkLife(answer: Answer): Promise<string> {
  const { name, session } = answer;
  const life = await storedLife(answer);
  if (life === undefined) return 'no token is stored';
  const left = life - session.now();
  if (left <= 0) return 'the stored token has expired';
  if (left > hour) return `the stored token lasts ${formatDuration(left)}`;
  throw new CliError(
    'ERR_TOKEN_EXPIRED',
    `the stored token lasts only ${formatDuration(left)}, and would have to bridge the change`,
    `ims-token-rotator renew ${name} --force (after resume ${name}, if it is paused)`,
  );
}

async function areAllAccepted(
  { adobe, session }: Answer,
  { found }: UsableVersion,
): Promise<boolean> {
  for (const secret of found.credential.clientSecrets) {
    const only = { ...found.credential, clientSecrets: [secret] };
    try {
      await mintOnce(adobe.ims, only, session);
    } catch (error) {
      if (isUnknownSecret(error)) return false;
      throw error;
    }
  }
  return true;
}

function uuidsOf(versions: readonly ClientVersion[]): ReadonlySet<string> {
  return new Set(
    versions.flatMap(({ found }) => found?.entries.flatMap(({ uuid }) => uuid ?? []) ?? []),
  );
}

/** The leaked secret was deleted already, or another one is stored than the client has. */
function unknownSecret(error: unknown, name: string): unknown {
  if (!(error instanceof CliError) || !isUnknownSecret(error.cause)) return error;
  return new CliError(
    error.code,
    `${error.message}: the stored client secret does not work any more`,
    `add one in the Adobe Developer Console; then: ims-token-rotator put-credential ${name} FILE; then: ims-token-rotator leaked ${name} --token`,
    { cause: error },
  );
}

async function remove(
  { steps, versions: labels, client }: Answer,
  own: OwnSecrets,
  versions: readonly ClientVersion[],
  { uuid, why }: NonNullable<Room['remove']>,
): Promise<void> {
  await steps.run('make room at Adobe', async () => {
    const pending = versions.find(
      (version) =>
        version.labels.includes('AWSPENDING') &&
        !version.labels.includes('AWSCURRENT') &&
        uuidsOf([version]).has(uuid),
    );
    // A rotation must not finish with a secret that is gone.
    if (pending !== undefined) await labels.removePending(client.arn, pending.id);
    await own.remove(uuid);
    return [`deleted ${uuid} at Adobe, ${why}, to make room for another`, undefined];
  });
}
