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
    const fix =
      'the Developer Console shows their values and last uses; have an unknown one deleted there by whoever added it';
    const { code, message } = asAdobeFailure(error, name, session.options) as CliError;
    throw new CliError(code, message, fix, { cause: error });
  }
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
  const own = storedByAnswer(state, current, versions);
  const isAtAdobe = own?.found?.entries.some(({ uuid }) => listed.some((one) => one.uuid === uuid));
  if (own !== undefined && isAtAdobe === true)
    throw storedAgain({ names, session: { options } }, current, own);
}

/** The version that an answer which was broken off has stored, if another one is current. */
export function storedByAnswer(
  state: RotationState,
  current: UsableVersion,
  versions: readonly ClientVersion[],
): ClientVersion | undefined {
  const noted = answerNoted(state);
  return noted === current.id
    ? undefined
    : versions.find(({ id, found }) => id === noted && found !== undefined);
}

export function storedAgain(
  {
    names,
    session: { options },
  }: { names: Answer['names']; session: Pick<Answer['session'], 'options'> },
  current: UsableVersion,
  own: ClientVersion,
): CliError {
  const words = `secretsmanager update-secret-version-stage --secret-id ${names.client} --version-stage AWSCURRENT --move-to-version-id ${own.id} --remove-from-version-id ${shellWord(current.id)}`;
  return new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `what had leaked is stored in ${names.client} again, in the place of version ${own.id}, which answers the leak`,
    `make that the current version again: ${nextAwsCommand(words, options)}`,
  );
}
