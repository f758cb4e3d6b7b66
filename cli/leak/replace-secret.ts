import { readRotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import { isUnfinished } from '../../core/open-answer.ts';
import type { OwnSecrets } from '../adobe/own-secrets.ts';
import { type Answer, currentOf, readClientVersions } from './answer.ts';
import { isNotedOf } from './delete-by-hand.ts';
import { assertReadable } from './find-room.ts';
import { makeRoom } from './make-room.ts';
import { assertExists, assertNotAnswered, assertNotOvertaken } from './overtaken-answer.ts';
import { preflight } from './preflight.ts';
import { leakedIn } from './progress.ts';
import { resume } from './resume-answer.ts';
import { replaceStored } from './store-replacement.ts';
import { unreadableOf } from './unreadable.ts';

/** The leaked secret is no longer stored. */
export interface Replaced {
  /** The version that holds the new secret. */
  readonly versionId: string;
  readonly own: OwnSecrets;
  /** When it was stored. */
  readonly storedAt: EpochSeconds;
  /** The leaked secrets that may still be at Adobe. */
  readonly leaked: readonly string[];
  /** That those have leaked follows from their dates alone. */
  readonly isGuess: boolean;
  /** Adobe does not list the leaked secret any more. */
  readonly isGone: boolean;
}

/** Replaces the leaked secret in the client secret, or finds that an earlier run has. */
export async function replaceSecret(answer: Answer): Promise<Replaced> {
  const { steps, session, client, progress } = answer;
  const { tags, versions } = await steps.run('read the client secret', async () => {
    // Again: a rotation may have begun while a person was asked.
    const described = await session.secrets.describe(client.arn);
    const read = await readClientVersions(answer);
    const unreadable = unreadableOf(read).length;
    const count = inWords(read.length - unreadable);
    const left = unreadable === 0 ? '' : `; ${inWords(unreadable)} could not be decrypted`;
    const found = { tags: described?.tags ?? {}, versions: read };
    return [`read ${count} of the client secret${left}`, found];
  });
  const state = readRotationState(tags);
  assertReadable(answer, state, versions);
  const current = currentOf(answer, versions);
  progress.leaked = leakedIn(answer, current, versions, state);
  assertExists(answer, current, state, versions);
  assertNotAnswered(answer, current, versions, { ...client, tags });
  assertNotOvertaken(answer, current, state, versions);
  if (isUnfinished(current.id, state)) {
    progress.leakedId ??= progress.leaked.versionId;
    const resumed = await resume(answer, current, state, versions);
    const uuids = resumed.isGuess ? [] : resumed.leaked;
    progress.leaked = { ...leakedIn(answer, current, versions, state), uuids };
    // AWSCURRENT may have come back to that version a moment ago.
    return { ...resumed, versionId: current.id, storedAt: session.now() };
  }
  const { own, room, noted } = await preflight(answer, versions, current, tags);
  const note = tags[tagKeys.rotation];
  if (room.remove !== undefined) {
    const seen = { noted: note, current: current.id, versions };
    await makeRoom(answer, own, seen, room.remove);
  }
  const { inUse } = room;
  const leaked = inUse === undefined ? [] : [inUse];
  const isGuess = inUse !== undefined && inUse !== noted;
  // Printed advice never names a guess.
  progress.leaked = { ...leakedIn(answer, current, versions), uuids: isGuess ? [] : leaked };
  const isStillNoted = room.remove === undefined;
  const isOfLeak = isNotedOf(answer, state, current.id);
  // Another run goes on by what the tag says is retired.
  const known = isGuess ? undefined : inUse;
  const replacement = { own, current, inUse: known, noted: note, isStillNoted, isOfLeak };
  // The leaked value may have been stored again as another version.
  progress.leakedId = current.id;
  const versionId = await replaceStored(answer, replacement);
  const storedAt = session.now();
  return { versionId, own, leaked, isGuess, isGone: false, storedAt };
}

function inWords(versions: number): string {
  return versions === 1 ? '1 version' : `${versions} versions`;
}
