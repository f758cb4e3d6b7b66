import type { RotationState } from '../../core/client-secret-rotation.ts';
import { epochSeconds, formatInstant } from '../../core/instant.ts';
import { replaces } from '../../core/open-answer.ts';
import type { OwnSecrets } from '../adobe/own-secrets.ts';
import { CliError } from '../errors.ts';
import { day } from '../view/durations.ts';
import { nextCommand } from '../view/next-command.ts';
import { invalidatingAll } from './all-invalidated.ts';
import type { Answer, ClientVersion, UsableVersion } from './answer.ts';
import { deletingEarlier, untagging } from './delete-by-hand.ts';
import { firstStored } from './first-stored.ts';
import { notedByPrograms, uuidsOf } from './noted-uuid.ts';
import { openOwn } from './open-secrets.ts';
import { nothingProved } from './prove.ts';
import { leakedBefore, listsNoneBefore } from './room.ts';
import { firstUnreadable } from './unreadable.ts';

/** The state once the leaked secret is deleted at Adobe. */
export const goneState = 'the leaked client secret is gone; earlier tokens are still valid';

/** The client secrets at Adobe when an answer goes on. */
interface Resumed {
  readonly own: OwnSecrets;
  /** The leaked secrets that may still be there. */
  readonly leaked: readonly string[];
  /** That those have leaked follows from their dates alone. */
  readonly isGuess: boolean;
  /** Adobe does not list the leaked secret any more. */
  readonly isGone: boolean;
}

/**
 * An earlier run has stored the new secret, if the tag is right. Whoever may write tags could have
 * written it: after a day, when all that an answer leaves to do has expired, only a leaked secret at
 * Adobe proves that the answer is not complete. Another answer would delete the secret that the first
 * one has stored, and that people use by then.
 *
 * @throws CliError ERR_CREDENTIAL_CHANGED if it cannot be told which leak this is
 */
export async function resume(
  answer: Answer,
  current: UsableVersion,
  state: RotationState,
  versions: readonly ClientVersion[],
): Promise<Resumed> {
  const { session, steps, answering } = answer;
  const { createdAt = epochSeconds(0) } = current;
  const replaced = versions.filter(({ id }) => replaces(session.digest, current.id, id));
  const untouched = steps.state;
  steps.state =
    'an earlier run has stored another client secret; whether the leaked one works is not known yet';
  return await steps.run<Resumed>('go on with the answer to this leak', async () => {
    assertDecrypted(answer, replaced, state, versions);
    const own = await openOwn(answer, current.found.credential, { state, versions });
    const listed = await own.list();
    const after = {
      ...{ listed, state },
      ownUuids: uuidsOf([current]),
      leakedUuids: uuidsOf(replaced),
      leakedAt: firstStored(replaced[0]?.found?.entries, versions),
      unreadableSince: firstUnreadable(versions),
    };
    const leaked = leakedBefore(after);
    const when = formatInstant(createdAt);
    const isKnown = replaced.some(({ found }) => found !== undefined);
    const isRecent = session.now() - createdAt <= day;
    if (isRecent && !isKnown) throw await nothingProved(answer);
    if (isRecent || leaked.length > 0) {
      const isGone =
        state.kind === 'retired' &&
        listed.every(({ uuid }) => uuid !== state.uuid) &&
        listsNoneBefore(after);
      if (isGone) steps.state = goneState;
      const named = isGone ? [...leaked, state.uuid] : leaked;
      const did = `going on with the answer to this leak, begun at ${when}`;
      const certain = notedByPrograms(replaced, versions, listed);
      const isGuess = !leaked.every((uuid) => certain.has(uuid));
      return [did, { own, isGone, isGuess, leaked: named }];
    }
    steps.state = untouched;
    const untag = untagging(answer);
    // Among those that are listed may be one that such a version holds.
    const isUncertain = after.unreadableSince !== undefined && !listsNoneBefore(after);
    const mayBeLeft = isUncertain || !isKnown;
    const left = mayBeLeft
      ? 'may have left at Adobe what had leaked, which cannot be told from the others any more'
      : 'has left nothing at Adobe that is known to have leaked';
    const deletion = mayBeLeft ? `${deletingEarlier(answer, state, versions)}; then: ` : '';
    throw new CliError(
      'ERR_CREDENTIAL_CHANGED',
      `the answer of ${when} ${left}; whether the client secret that it has stored has leaked since is not known`,
      `${deletion}if people have deleted the leaked one less than a day ago, ${invalidatingAll(answer, current.found.credential.clientId)}; if the stored one has not leaked: ${untag}; if it has: ${untag}; then: ${answering(current.id)}, which deletes it at Adobe for whoever else uses it`,
      { isFixWhole: true },
    );
  });
}

/** @throws CliError, because without the replaced secret nothing proves that it is gone */
function assertDecrypted(
  answer: Answer,
  replaced: readonly ClientVersion[],
  state: RotationState,
  versions: readonly ClientVersion[],
): void {
  const { unreadable } = replaced.find((one) => one.unreadable !== undefined) ?? {};
  if (unreadable === undefined) return;
  const { code, message, cause } = unreadable;
  const look = nextCommand(`doctor ${answer.name} --mint`, answer.session.options);
  throw new CliError(
    code,
    `the version with what has leaked could not be decrypted: ${message}`,
    `use a principal that may use its KMS key, and go on: ${answer.steps.command}; otherwise, once ${look} shows that the stored client secret works: ` +
      `${deletingEarlier(answer, state, versions)}; then: ${untagging(answer)}; then: ${answer.tokenOnly}`,
    { cause, isFixWhole: true },
  );
}
