import type { RotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { formatInstant } from '../../core/instant.ts';
import { answerNoted } from '../../core/open-answer.ts';
import { hasSameSecrets } from '../../core/same-credential.ts';
import { CliError } from '../errors.ts';
import { replaces } from '../rotator/leak-version.ts';
import { nextAwsCommand } from '../view/next-command.ts';
import { showVersion } from '../view/version-id.ts';
import { replacingGoodOfOther } from './all-invalidated.ts';
import type { Answer, ClientVersion, UsableVersion } from './answer.ts';
import { notedByPrograms, placeInWords } from './noted-uuid.ts';

/**
 * True if an answer that was broken off does not go on with what is stored: somebody has stored another
 * credential since, and not what had leaked again.
 *
 * @param versions of the client secret, the replaced one among them
 */
export function isOvertaken(
  { session }: Pick<Answer, 'session'>,
  { id, found }: UsableVersion,
  state: RotationState,
  versions: readonly ClientVersion[],
): boolean {
  const noted = answerNoted(state);
  if (noted === undefined || noted === id) return false;
  const before = versions.find((one) => replaces(session.digest, noted, one.id))?.found;
  return before === undefined || !hasSameSecrets(before.credential, found.credential);
}

/**
 * The note of an answer that was broken off sends people here.
 *
 * @throws CliError ERR_CREDENTIAL_CHANGED if it was overtaken
 */
export function assertNotOvertaken(
  answer: Answer,
  current: UsableVersion,
  state: RotationState,
  versions: readonly ClientVersion[],
): void {
  const { names, tokenOnly, complete } = answer;
  if (state.kind === 'none' || !isOvertaken(answer, current, state, versions)) return;
  const begun = formatInstant(state.kind === 'adding' ? state.since : state.at);
  const untag = untagging(answer);
  throw new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `an answer to a leak was begun at ${begun}, and what is stored in ${names.client} may be another credential than it was to replace`,
    `if the stored client secret has not leaked: ${deletingEarlier(answer, state, versions)}; ` +
      `then: ${untag}; then: ${tokenOnly}, or, if the stored credential is of another client, have Adobe support invalidate all tokens of the earlier one (${replacingGoodOfOther(answer)}); ` +
      `if the stored one has leaked, too: ${untag}; then: ${complete}, which deletes it at Adobe for whoever else uses it`,
    { isFixWhole: true },
  );
}

/** Beside the one that has leaked, there may be good ones, which other credentials use. */
export function deletingEarlier(
  { session, names }: Pick<Answer, 'session' | 'names'>,
  state: RotationState,
  versions: readonly ClientVersion[],
): string {
  const noted = answerNoted(state);
  const before = versions.find(
    ({ id }) => noted !== undefined && replaces(session.digest, noted, id),
  );
  // The tag alone could name anybody's, and a person may have mistaken a uuid.
  const stored = [...notedByPrograms(before ? [before] : [], versions)];
  const named = stored.filter((uuid) => state.kind !== 'retired' || state.uuid === uuid);
  const uuids = mayBeInUse(named, noted, versions) ? [] : named;
  const place = before
    ? `the one in version ${showVersion(before.id)} of ${names.client}`
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
