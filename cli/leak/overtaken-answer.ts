import { type RotationState, readRotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
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
import type { Secret } from '../aws/secret.ts';
import { CliError } from '../errors.ts';
import { nextAwsCommand } from '../view/next-command.ts';
import { showVersion } from '../view/version-id.ts';
import { replacingGoodOfOther } from './all-invalidated.ts';
import type { Answer, ClientVersion, UsableVersion } from './answer.ts';
import { notedByPrograms, placeInWords } from './noted-uuid.ts';

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
  if (leakedId === undefined || id === leakedId || replaces(digest, id, leakedId)) return false;
  const leaked = versions.find((one) => one.id === leakedId);
  return !isSame(leaked, current);
}

function isSame(one: ClientVersion | undefined, { found: other }: UsableVersion): boolean {
  return one?.found !== undefined && hasSameSecrets(one.found.credential, other.credential);
}

/**
 * What is stored may be a colleague's good client secret. The note of an answer that was broken off sends people
 * here, and so does a command that was printed when another version was stored.
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
  assertExists(answer, state, versions);
  const at = answerNoted(state) === undefined ? undefined : notedAt(state);
  const text =
    at === undefined
      ? `what is stored in ${names.client} is another credential than the one that leaked, in version ${showVersion(progress.leakedId ?? '')}`
      : `an answer to a leak was begun at ${formatInstant(at)}, and what is stored in ${names.client} may be another credential than it was to replace`;
  const untag = at === undefined ? '' : `${untagging(answer)}; then: `;
  throw new CliError(
    'ERR_CREDENTIAL_CHANGED',
    text,
    `${deletingEarlier(answer, state, versions)}; then: ${untag}` +
      `if the stored client secret has not leaked: ${tokenOnly}, or, if the stored credential is of another client, have Adobe support invalidate all tokens of the earlier one (${replacingGoodOfOther(answer)}); ` +
      `only if all that is stored has leaked, too: ${answering(current.id)}, which deletes it at Adobe for whoever else uses it`,
    { isFixWhole: true },
  );
}

/** @throws CliError ERR_CREDENTIAL_CHANGED if there is no version of which the leak is to be answered */
function assertExists(
  { names, session: { options }, progress: { leakedId }, tokenOnly }: Answer,
  state: RotationState,
  versions: readonly ClientVersion[],
): void {
  if (answerNoted(state) !== undefined || versions.some(({ id }) => id === leakedId)) return;
  const words = `secretsmanager list-secret-version-ids --include-deprecated --secret-id ${names.client}`;
  throw new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `${names.client} has no version ${showVersion(leakedId ?? '')}, and another one is stored`,
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
  answer: Pick<Answer, 'session' | 'client' | 'progress' | 'tokenOnly' | 'answering'>,
  stored: Pick<Secret, 'currentVersionId' | 'previousVersionId' | 'tags'>,
): void {
  const { currentVersionId: id = '', tags } = stored;
  const { session, client, progress, tokenOnly, answering } = answer;
  const { leakedId } = progress;
  const isOpen = isUnfinished(id, readRotationState(tags));
  if (leakedId === id && isOpen) {
    throw new CliError(
      'ERR_CREDENTIAL_CHANGED',
      `version ${showVersion(id)} answers the leak of an earlier one, and that answer is not complete`,
      `complete it first: ${answering(leakedVersion(session.digest, stored))}; then, if this one has leaked, too: ${answering(id)}`,
      { isFixWhole: true },
    );
  }
  const wasOpen = isUnfinished(id, readRotationState(client.tags));
  const isAnswered =
    leakedId === undefined
      ? wasOpen && !isOpen
      : afterLeak(session.digest, leakedId, { currentVersionId: id, tags }) === 'answered';
  if (!isAnswered) return;
  const of = leakedId === undefined ? '' : ` of version ${showVersion(leakedId)}`;
  throw new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `the answer to the leak${of} is not open any more: somebody has completed it, or taken its note off`,
    `if somebody has completed it, nothing is left to do here; if not: ${tokenOnly}; only if the stored client secret has leaked, too: ${answering(id)}`,
    { isFixWhole: true },
  );
}

/** Beside the one that has leaked, there may be good ones, which other credentials use. */
export function deletingEarlier(
  { session, names, progress: { leakedId } }: Pick<Answer, 'session' | 'names' | 'progress'>,
  state: RotationState,
  versions: readonly ClientVersion[],
): string {
  const noted = answerNoted(state);
  const ofNote = versions.find(
    ({ id }) => noted !== undefined && replaces(session.digest, noted, id),
  );
  const ofCommand = versions.find(
    ({ id, labels }) => id === leakedId && !labels.includes('AWSCURRENT'),
  );
  const before = ofNote ?? ofCommand;
  // The tag alone could name anybody's, and a person may have mistaken a uuid.
  const stored = [...notedByPrograms(before ? [before] : [], versions)];
  const named = stored.filter((uuid) => state.kind !== 'retired' || state.uuid === uuid);
  const uuids = mayBeInUse(named, noted, versions) ? [] : named;
  const isOne = (before?.found?.entries.length ?? 1) === 1;
  const which = isOne
    ? ['the one', '']
    : ['those', ', but none that is stored now without retired_at,'];
  const place = before
    ? `${which[0]} in version ${showVersion(before.id)} of ${names.client}${which[1]}`
    : 'the one that had leaked';
  return `delete ${placeInWords(place, uuids)} in the Adobe Developer Console, if it is still there, and no other`;
}

/** Whoever may write tags can have one name a secret that is in use, also one that is stored without its uuid. */
export function mayBeInUse(
  uuids: readonly string[],
  noted: string | undefined,
  versions: readonly ClientVersion[],
): boolean {
  const current = versions.find(({ labels }) => labels.includes('AWSCURRENT'));
  const own = versions.find(({ id }) => id === noted);
  const inUse = [own, current].flatMap((version) => version?.found?.entries ?? []);
  const known = new Set(inUse.map(({ uuid }) => uuid));
  return known.has(undefined) || uuids.some((uuid) => known.has(uuid));
}

/** Takes the note of an answer off. */
export function untagging({ names, session: { options } }: Answer): string {
  const tag = `Key=${tagKeys.rotation},Value=none`;
  const words = `secretsmanager tag-resource --secret-id ${names.client} --tags ${tag}`;
  return nextAwsCommand(words, options);
}
