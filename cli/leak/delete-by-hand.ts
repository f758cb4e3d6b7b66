import type { RotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { answerNoted, replaces } from '../../core/open-answer.ts';
import { nextAwsCommand } from '../view/next-command.ts';
import { showVersion } from '../view/version-id.ts';
import type { Answer, ClientVersion } from './answer.ts';
import { notedByPrograms, placeInWords } from './noted-uuid.ts';

type Known = Pick<Answer, 'session' | 'names' | 'progress'>;

/** True if the note of an answer is about the leak of that version. */
export function isNotedOf(
  { session: { digest } }: Pick<Answer, 'session'>,
  state: RotationState,
  versionId: string,
): boolean {
  const noted = answerNoted(state);
  return noted !== undefined && replaces(digest, noted, versionId);
}

/** The versions that have leaked, by the note and by the command, and are not stored any more. */
export function leakedBefore(
  answer: Known,
  state: RotationState,
  versions: readonly ClientVersion[],
): readonly ClientVersion[] {
  return versions.filter(
    ({ id, labels }) =>
      !labels.includes('AWSCURRENT') &&
      (id === answer.progress.leakedId || isNotedOf(answer, state, id)),
  );
}

/** Beside the one that has leaked, there may be good ones, which other credentials use. */
export function deletingEarlier(
  answer: Known,
  state: RotationState,
  versions: readonly ClientVersion[],
): string {
  const before = leakedBefore(answer, state, versions);
  const places = before.map((one) => placeOf(answer, one, state, versions));
  const what = before.length === 0 ? 'the one that had leaked' : places.join(' and ');
  return `delete ${what} in the Adobe Developer Console, if it is still there, and no other`;
}

function placeOf(
  { names }: Known,
  version: ClientVersion,
  state: RotationState,
  versions: readonly ClientVersion[],
): string {
  const { id, found } = version;
  // The tag alone could name anybody's, and a person may have mistaken a uuid.
  const stored = [...notedByPrograms([version], versions)];
  const named = stored.filter((uuid) => state.kind !== 'retired' || state.uuid === uuid);
  const uuids = mayBeInUse(named, answerNoted(state), versions) ? [] : named;
  const where = `in version ${showVersion(id)} of ${names.client}`;
  // Nobody here can compare it with what is stored.
  if (found === undefined) return `the one ${where}, unless that is the stored one,`;
  const which =
    found.entries.length === 1
      ? `the one ${where}`
      : `those ${where}, but none that is stored now without retired_at,`;
  return placeInWords(which, uuids);
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
