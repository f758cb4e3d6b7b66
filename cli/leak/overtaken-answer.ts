import { type RotationState, readRotationState } from '../../core/client-secret-rotation.ts';
import { formatInstant } from '../../core/instant.ts';
import {
  afterLeak,
  answerNoted,
  isUnfinished,
  leakedVersion,
  notedAt,
  replaces,
} from '../../core/open-answer.ts';
import { hasSameSecrets } from '../../core/same-credential.ts';
import { revealAll } from '../../core/sensitive.ts';
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import { nextAwsCommand, nextCommand } from '../view/next-command.ts';
import { showVersion } from '../view/version-id.ts';
import { replacingGoodOfOther } from './all-invalidated.ts';
import type { Answer, ClientVersion, UsableVersion } from './answer.ts';
import { deletingEarlier, isNotedOf, leakedBefore, untagging } from './delete-by-hand.ts';

/**
 * True if the answer does not go on with what is stored: somebody has stored another credential since, and not
 * what had leaked again.
 *
 * @param versions of the client secret, the one that has leaked among them
 */
export function isOvertaken(
  { session: { digest }, progress: { leakedId } }: Pick<Answer, 'session' | 'progress'>,
  current: UsableVersion,
  state: RotationState,
  versions: readonly ClientVersion[],
): boolean {
  const { id } = current;
  const noted = answerNoted(state);
  const ofNote = versions.find((one) => noted !== undefined && replaces(digest, noted, one.id));
  if (noted !== undefined && noted !== id && !isSame(ofNote, current)) return true;
  if (leakedId === undefined || id === leakedId) return false;
  // Once the answer is complete, its client secret is as good as any other.
  if (replaces(digest, id, leakedId) && isUnfinished(id, state)) return false;
  const leaked = versions.find((one) => one.id === leakedId);
  return !isSame(leaked, current);
}

/** True if both hold the same client secrets. */
export function isSame(one: ClientVersion | undefined, { found: other }: UsableVersion): boolean {
  return one?.found !== undefined && hasSameSecrets(one.found.credential, other.credential);
}

/**
 * Protects a good client secret that a colleague has stored. People get here by the note of an answer that was
 * broken off, or by a command that was printed when another version was current.
 *
 * @throws CliError ERR_CREDENTIAL_CHANGED if somebody has stored another credential since
 */
export function assertNotOvertaken(
  answer: Answer,
  current: UsableVersion,
  state: RotationState,
  versions: readonly ClientVersion[],
): void {
  const { names, tokenOnly, answering, progress } = answer;
  if (!isOvertaken(answer, current, state, versions)) return;
  assertReplaced(answer, current, state, leakedBefore(answer, state, versions));
  const isOfStored = isNotedOf(answer, state, current.id);
  const at = isOfStored || answerNoted(state) === undefined ? undefined : notedAt(state);
  const text =
    at === undefined
      ? `what is stored in ${names.client} is not what leaked, in version ${showVersion(progress.leakedId ?? '')}`
      : `an answer to a leak was begun at ${formatInstant(at)}, and what is stored in ${names.client} may be another credential than it was to replace`;
  const untag = at === undefined ? '' : `${untagging(answer)}; then: `;
  const again = isOfStored
    ? `an answer to the leak of the stored one is not complete: ${answering(current.id)}`
    : `only if all that is stored has leaked, too: ${answering(current.id)}, which deletes it at Adobe for whoever else uses it`;
  throw new CliError(
    'ERR_CREDENTIAL_CHANGED',
    text,
    `${deletingEarlier(answer, state, versions)}; then: ${untag}` +
      `if the stored client secret has not leaked: ${tokenOnly}, or, if the stored credential is of another client, have Adobe support invalidate all tokens of the earlier one (${replacingGoodOfOther(answer)}); ${again}`,
    { isFixWhole: true },
  );
}

/** @throws CliError ERR_CREDENTIAL_CHANGED if what has leaked is stored beside another client secret, which is good */
function assertReplaced(
  answer: Answer,
  { id, found }: UsableVersion,
  state: RotationState,
  leaked: readonly ClientVersion[],
): void {
  const { name, names, session, answering } = answer;
  const inUse = found.entries.filter(({ retiredAt }) => retiredAt === undefined);
  const stored = new Set(revealAll(inUse.map(({ secret }) => secret)));
  const held = leaked.filter((one) =>
    one.found?.entries.some(({ secret }) => stored.has(secret.reveal())),
  );
  if (held.length === 0) return;
  const ids = held.map((one) => one.id);
  const all = leaked.map((one) => one.id);
  // Otherwise the command for what is stored would lead here again.
  const untag = answerNoted(state) === undefined ? '' : `${untagging(answer)}; then: `;
  throw new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `what is stored in ${names.client} holds a client secret of version ${ids.map(showVersion).join(' and of version ')}, which has leaked`,
    `store it without that: ${nextCommand(`put-credential ${name} FILE`, session.options)}; then: ${all.map(answering).join('; then: ')}; only if all that is stored has leaked: ${untag}${answering(id)}`,
    { isFixWhole: true },
  );
}

/**
 * An answer may have outlived the version that it has replaced.
 *
 * @throws CliError ERR_CREDENTIAL_CHANGED if there is no version of which the leak is to be answered
 */
export function assertExists(
  answer: Answer,
  { id }: UsableVersion,
  state: RotationState,
  versions: readonly ClientVersion[],
): void {
  const { names, session, progress, tokenOnly } = answer;
  const { leakedId } = progress;
  if (leakedId === undefined || versions.some((one) => one.id === leakedId)) return;
  const { digest, options } = session;
  if (replaces(digest, id, leakedId) || isNotedOf(answer, state, leakedId)) return;
  const words = `secretsmanager list-secret-version-ids --include-deprecated --secret-id ${names.client}`;
  throw new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `${names.client} has no version ${showVersion(leakedId)}, and another one is stored`,
    `if it is mistyped, look for it: ${nextAwsCommand(words, options)}; if AWS has deleted it, nothing here tells which client secret has leaked: delete that one in the Adobe Developer Console, and no other; then: ${tokenOnly}`,
    { isFixWhole: true },
  );
}

/**
 * Once the answer to its leak is complete, nothing tells the client secret that it has stored from one that has
 * leaked: a colleague may have completed it since the command was printed, or while a person was asked.
 *
 * @throws CliError ERR_CREDENTIAL_CHANGED
 */
export function assertNotAnswered(
  { session, client, progress, tokenOnly, answering }: Answer,
  current: UsableVersion,
  versions: readonly ClientVersion[],
  described: Pick<Secret, 'previousVersionId' | 'tags'>,
): void {
  const { id } = current;
  const { leakedId } = progress;
  const { tags } = described;
  const stored = { ...described, currentVersionId: id };
  const state = readRotationState(tags);
  const isOpen = isUnfinished(id, state);
  if (isOpen && leakedId !== undefined && !replaces(session.digest, id, leakedId)) {
    const other = showVersion(leakedId);
    throw new CliError(
      'ERR_CREDENTIAL_CHANGED',
      `version ${showVersion(id)} is stored, which answers another leak than that of version ${other}, and that answer is not complete`,
      `complete it first: ${answering(leakedVersion(session.digest, stored))}; then, if version ${other} has leaked, too: ${answering(leakedId)}`,
      { isFixWhole: true },
    );
  }
  // Another answer was begun, and may be about the same leak.
  if (!isOpen && answerNoted(state) !== undefined) return;
  // Without a version to go by, only an open answer tells what has leaked.
  const isAnswered =
    leakedId === undefined ? !isOpen : afterLeak(session.digest, leakedId, stored) === 'answered';
  // Whoever stores a version chooses its id.
  const leaked = versions.find((one) => one.id === leakedId);
  if (!isAnswered || isSame(leaked, current)) return;
  if (leakedId === undefined && client.currentVersionId === undefined) {
    throw new CliError(
      'ERR_CREDENTIAL_CHANGED',
      `a credential was stored in ${client.name} since this command began`,
      `if its client secret has leaked: ${answering(id)}; if only a token has: ${tokenOnly}`,
      { isFixWhole: true },
    );
  }
  const of = leakedId === undefined ? '' : ` of version ${showVersion(leakedId)}`;
  throw new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `the answer to the leak${of} is not open any more: somebody has completed it, or taken its note off`,
    `if somebody has completed it, nothing is left to do here; if not: ${tokenOnly}; only if the stored client secret has leaked, too: ${answering(id)}`,
    { isFixWhole: true },
  );
}
