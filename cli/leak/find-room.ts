import type { RotationState } from '../../core/client-secret-rotation.ts';
import { RotatorError } from '../../core/errors.ts';
import { answerNoted } from '../../core/open-answer.ts';
import { asAdobeFailure } from '../adobe/failure.ts';
import { CliError } from '../errors.ts';
import { nextAwsCommand } from '../view/next-command.ts';
import { shellWord } from '../view/shell-word.ts';
import type { Answer, ClientVersion, UsableVersion } from './answer.ts';
import { type BeforeReplacing, judgeRoom, type Room } from './room.ts';

/** @throws CliError ERR_CLIENT_SECRET_LIMIT or ERR_CREDENTIAL_CHANGED if there is no room for another secret */
export function findRoom(
  answer: Answer,
  before: BeforeReplacing,
  current: UsableVersion,
  versions: readonly ClientVersion[],
): Room {
  const { session, name } = answer;
  try {
    return judgeRoom(before);
  } catch (error) {
    if (!(error instanceof RotatorError)) throw error;
    assertNotStoredAgain(answer, before, current, versions);
    const { code, message } = asAdobeFailure(error, name, session.options) as CliError;
    throw new CliError(code, message, adviceOnRoom(before), { cause: error });
  }
}

/** An earlier run may have added the other one; but so may a colleague, of whose use Adobe tells late. */
function adviceOnRoom({ state, listed, storedUuids, accepted }: BeforeReplacing): string {
  const [other, ...more] = listed.filter(({ uuid }) => !storedUuids.has(uuid));
  const isOtherStored = listed.some(({ uuid }) => uuid === accepted?.uuid);
  const isOnly = other !== undefined && more.length === 0 && isOtherStored;
  if (isOnly && state.kind === 'adding') {
    return `do not wait: if none of you has added ${other.uuid}, and nobody uses it, delete it in the Developer Console, and no other`;
  }
  return 'the Developer Console shows their values and last uses; have an unknown one deleted there by whoever added it';
}

/**
 * An answer that was broken off has stored its client secret, and somebody has stored what had leaked
 * again. Another run goes on with the answer once its version is the current one.
 */
function assertNotStoredAgain(
  { names, session: { options } }: Answer,
  { state, listed }: BeforeReplacing,
  current: UsableVersion,
  versions: readonly ClientVersion[],
): void {
  const own = storedByAnswer(state, current.id, versions);
  const isAtAdobe = own?.found?.entries.some(({ uuid }) => listed.some((one) => one.uuid === uuid));
  if (own !== undefined && isAtAdobe === true)
    throw storedAgain({ names, session: { options } }, current, own);
}

/** The version that an answer which was broken off has stored, if another one is current. */
export function storedByAnswer(
  state: RotationState,
  currentId: string,
  versions: readonly ClientVersion[],
): ClientVersion | undefined {
  const noted = answerNoted(state);
  return noted === currentId
    ? undefined
    : versions.find(({ id, found }) => id === noted && found !== undefined);
}

/** @throws CliError ERR_CREDENTIAL_CHANGED if no credential is stored in the place of an answer's own */
export function assertReadable(
  { names, session }: Answer,
  state: RotationState,
  versions: readonly ClientVersion[],
): void {
  const current = versions.find(({ labels }) => labels.includes('AWSCURRENT'));
  if (current === undefined || current.found !== undefined) return;
  const own = storedByAnswer(state, current.id, versions);
  if (own === undefined) return;
  throw replacedBy({ names, session }, 'what is no credential is stored', current, own);
}

type Named = Pick<Answer, 'names'> & { readonly session: Pick<Answer['session'], 'options'> };

export function storedAgain(answer: Named, current: ClientVersion, own: ClientVersion): CliError {
  return replacedBy(answer, 'what had leaked is stored again', current, own);
}

function replacedBy(
  { names, session: { options } }: Named,
  what: string,
  current: ClientVersion,
  own: ClientVersion,
): CliError {
  const words = `secretsmanager update-secret-version-stage --secret-id ${names.client} --version-stage AWSCURRENT --move-to-version-id ${own.id} --remove-from-version-id ${shellWord(current.id)}`;
  return new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `${what} in ${names.client}, in the place of version ${own.id}, which answers the leak`,
    `make that the current version again: ${nextAwsCommand(words, options)}`,
  );
}
