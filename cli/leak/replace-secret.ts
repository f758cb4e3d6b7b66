import { type RotationState, readRotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import type { ClientCredential } from '../../core/credential.ts';
import type { ClientSecretEntry } from '../../core/documented-form.ts';
import { type EpochSeconds, epochSeconds, formatInstant } from '../../core/instant.ts';
import { isUnfinished } from '../../core/open-answer.ts';
import { isUnknownSecret } from '../adobe/failure.ts';
import { OwnSecrets } from '../adobe/own-secrets.ts';
import { CliError } from '../errors.ts';
import { replaces } from '../rotator/leak-version.ts';
import { mintOnce } from '../rotator/mint-once.ts';
import { day, formatDuration, hour } from '../view/durations.ts';
import { nextCommand } from '../view/next-command.ts';
import {
  type Answer,
  type ClientVersion,
  currentOf,
  readClientVersions,
  type UsableVersion,
} from './answer.ts';
import { findRoom, storedAgain, storedByAnswer } from './find-room.ts';
import { makeRoom, uuidsOf } from './make-room.ts';
import { assertNotOvertaken } from './overtaken-answer.ts';
import { leakedIn } from './progress.ts';
import { type BeforeReplacing, leakedBefore, type Room } from './room.ts';
import { overtaken } from './store-current.ts';
import { replaceStored } from './store-replacement.ts';
import { storedLife } from './stored-token.ts';

/** The state once the leaked secret is deleted at Adobe. */
export const goneState = 'the leaked client secret is gone; earlier tokens are still valid';

/** The leaked secret is no longer stored. */
export interface Replaced {
  /** The version that holds the new secret. */
  readonly versionId: string;
  readonly own: OwnSecrets;
  /** When it was stored. */
  readonly storedAt: EpochSeconds;
  /** The leaked secrets that may still be at Adobe. */
  readonly leaked: readonly string[];
  /** Adobe does not list the leaked secret any more. */
  readonly isGone: boolean;
}

/** Replaces the leaked secret in the client secret, or finds that an earlier run has. */
export async function replaceSecret(answer: Answer): Promise<Replaced> {
  const { steps, session, client, progress } = answer;
  const { tags, versions, changedAt } = await steps.run('read the client secret', async () => {
    // Again: a rotation may have begun while a person was asked.
    const described = await session.secrets.describe(client.arn);
    const read = await readClientVersions(answer);
    const count = read.length === 1 ? '1 version' : `${read.length} versions`;
    const { tags = {}, changedAt } = described ?? {};
    const found = { tags, changedAt, versions: read };
    return [`read ${count} of the client secret`, found];
  });
  const state = readRotationState(tags);
  const current = currentOf(answer, versions);
  const isKnown = (version: ClientVersion): version is UsableVersion =>
    version.found !== undefined && progress.known.has(version.id);
  const began = versions.find(isKnown) ?? current;
  progress.leaked = leakedIn(began, versions, state);
  // While a person was asked. They have agreed to replace what was stored before.
  if (!progress.known.has(current.id)) throw overtaken(answer.names.client);
  assertNotOvertaken(answer, current, state, versions);
  const before = isUnfinished(current.id, state)
    ? await resume(answer, current, state, versions)
    : undefined;
  if (before?.leaked !== undefined) {
    const { own, leaked, isGone } = before;
    // AWSCURRENT may have come back to that version since.
    const storedAt = changedAt ?? session.now();
    progress.leaked = { ...leakedIn(current, versions, state), uuids: leaked };
    return { versionId: current.id, own, leaked, isGone, storedAt };
  }
  const { own, room } = await preflight(answer, versions, current, state, before?.own);
  const noted = tags[tagKeys.rotation];
  if (room.remove !== undefined) {
    const seen = { noted, current: current.id, versions };
    await makeRoom(answer, own, seen, room.remove);
  }
  const { inUse } = room;
  const leaked = inUse === undefined ? [] : [inUse];
  progress.leaked = { ...leakedIn(current, versions), uuids: leaked };
  const isOpen = state.kind === 'adding' && room.remove === undefined;
  const versionId = await replaceStored(answer, { own, current, inUse, noted, isOpen });
  return { versionId, own, leaked, isGone: false, storedAt: session.now() };
}

/** Without `leaked`, there is nothing to go on with. */
interface Resumed extends Pick<Replaced, 'own' | 'isGone'> {
  readonly leaked?: readonly string[];
}

/**
 * An earlier run has stored the new secret, if the tag is right. Whoever may write tags could have
 * written it: after a day, when all that an answer leaves to do has expired, only a leaked secret at
 * Adobe proves that the answer is not complete.
 */
async function resume(
  answer: Answer,
  current: UsableVersion,
  state: RotationState,
  versions: readonly ClientVersion[],
): Promise<Resumed> {
  const { session, steps } = answer;
  const { createdAt = epochSeconds(0) } = current;
  const replaced = versions.filter(({ id }) => replaces(session.digest, current.id, id));
  const untouched = steps.state;
  steps.state = 'the new client secret is stored; the leaked one may still work';
  return await steps.run<Resumed>('list the client secrets at Adobe', async () => {
    const own = await open(answer, current.found.credential);
    const listed = await own.list();
    const leaked = leakedBefore({
      ...{ listed, state },
      ownUuids: uuidsOf([current]),
      leakedUuids: uuidsOf(replaced),
      leakedAt: replaced[0]?.createdAt,
    });
    const when = formatInstant(createdAt);
    if (leaked.length > 0 || session.now() - createdAt <= day) {
      const isGone = state.kind === 'retired' && listed.every(({ uuid }) => uuid !== state.uuid);
      if (isGone) steps.state = goneState;
      const named = isGone ? [...leaked, state.uuid] : leaked;
      const did = `going on with the answer to this leak, begun at ${when}`;
      return [did, { own, isGone, leaked: named }];
    }
    steps.state = untouched;
    return [`the answer of ${when} is complete, so this is another one`, { own, isGone: false }];
  });
}

/** Looks at everything that the steps need, before anything is changed. */
async function preflight(
  answer: Answer,
  versions: readonly ClientVersion[],
  current: UsableVersion,
  state: RotationState,
  opened?: OwnSecrets,
): Promise<{ readonly own: OwnSecrets; readonly room: Room }> {
  const { steps } = answer;
  const { credential, entries } = current.found;
  const { own, before } = await steps.run('list the client secrets at Adobe', async () => {
    const left = await checkLife(answer);
    const own =
      opened ??
      (await open(answer, credential).catch((error: unknown) => {
        // Somebody has stored the leaked client secret again, after Adobe had deleted it.
        const stored = storedByAnswer(state, current, versions);
        const isDead = error instanceof CliError && isUnknownSecret(error.cause);
        throw stored !== undefined && isDead ? storedAgain(answer, current, stored) : error;
      }));
    const listed = await own.list();
    const storedUuids = uuidsOf(versions);
    // Whoever may only store a version could name somebody else's secret in it.
    const pending = versions.filter(
      ({ id, labels }) =>
        id !== current.id &&
        !labels.includes('AWSPREVIOUS') &&
        state.kind === 'adding' &&
        state.versionId === id,
    );
    const isAmbiguous =
      listed.length === 2 &&
      entries.length === 2 &&
      entries.every(({ uuid }) => uuid === undefined);
    const before: BeforeReplacing = {
      ...{ listed, entries, state, storedUuids, storedAt: current.createdAt },
      accepted: withUuid(entries[own.position - 1], versions),
      areAllAccepted: isAmbiguous && (await areAllAccepted(answer, current)),
      pendingUuids: uuidsOf(pending),
    };
    const count = listed.length === 1 ? '1 client secret' : `${listed.length} client secrets`;
    return [`Adobe lists ${count}; ${left}`, { own, before }];
  });
  return { own, room: findRoom(answer, before, current, versions) };
}

/** A uuid that is not noted in the current version may be in an earlier one. */
function withUuid(
  entry: ClientSecretEntry | undefined,
  versions: readonly ClientVersion[],
): ClientSecretEntry | undefined {
  if (entry === undefined || entry.uuid !== undefined) return entry;
  const known = versions.flatMap(({ found }) => found?.entries ?? []);
  const { uuid } =
    known.find((one) => one.uuid !== undefined && one.secret.reveal() === entry.secret.reveal()) ??
    {};
  return { ...entry, uuid };
}

async function open(answer: Answer, credential: ClientCredential): Promise<OwnSecrets> {
  const { session, name, adobe } = answer;
  return await OwnSecrets.open(session, name, adobe, credential).catch((error: unknown) => {
    throw unknownSecret(error, answer);
  });
}

/** Until another token is minted, consumers have only the stored one. */
async function checkLife(answer: Answer): Promise<string> {
  const {
    name,
    session: { now, options },
  } = answer;
  const life = await storedLife(answer);
  if (life === undefined) return 'no token is stored';
  const left = life - now();
  if (left <= 0) return 'the stored token has expired';
  if (left > hour) return `the stored token lasts ${formatDuration(left)}`;
  throw new CliError(
    'ERR_TOKEN_EXPIRED',
    `the stored token lasts only ${formatDuration(left)}, and would have to bridge the change`,
    `${nextCommand(`renew ${name} --force`, options)} (after ${nextCommand(`resume ${name}`, options)}, if it is paused)`,
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

/** The leaked secret was deleted already, or another one is stored than the client has. */
function unknownSecret(error: unknown, { name, session, tokenOnly }: Answer): unknown {
  if (!(error instanceof CliError) || !isUnknownSecret(error.cause)) return error;
  return new CliError(
    error.code,
    `${error.message}: the stored client secret does not work any more`,
    `add one in the Adobe Developer Console; then: ${nextCommand(`put-credential ${name} FILE`, session.options)}; then: ${tokenOnly}`,
    // Going on would delete the one that was just added.
    { cause: error.cause, isFixWhole: true },
  );
}
