import type { RotationState } from '../../core/client-secret-rotation.ts';
import { RotatorError } from '../../core/errors.ts';
import { answerNoted } from '../../core/open-answer.ts';
import { asAdobeFailure } from '../adobe/failure.ts';
import { CliError } from '../errors.ts';
import { describeSecret } from '../view/listed-secret.ts';
import { nextAwsCommand, nextCommand } from '../view/next-command.ts';
import { foreignWord } from '../view/shell-word.ts';
import { someOf } from '../view/some-of.ts';
import { showVersion } from '../view/version-id.ts';
import type { Answer, ClientVersion, UsableVersion } from './answer.ts';
import { isContradicted } from './noted-uuid.ts';
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
    const fix = makingRoom(answer, before, { current, versions });
    throw new CliError(code, message, fix, { cause: error, isFixWhole: true });
  }
}

/** Somebody may use the other one, who cannot be seen from here, but what has leaked cannot wait. */
function makingRoom(
  { name, names, session: { options }, steps, tokenOnly }: Answer,
  { listed, accepted, state }: BeforeReplacing,
  {
    current,
    versions,
  }: { readonly current: UsableVersion; readonly versions: readonly ClientVersion[] },
): string {
  const stored = listed.find(
    ({ uuid }) =>
      accepted !== undefined && uuid === accepted.uuid && !isContradicted(accepted, versions),
  );
  const others = listed.filter((one) => one !== stored);
  const described = someOf(others.map(describeSecret), 5, ' and ');
  const count = current.found.entries.length;
  const held =
    count === 1
      ? ''
      : `The value of ${names.client} holds ${count} client secrets, which have all leaked. `;
  const which =
    stored === undefined
      ? `The value of ${names.client} has no uuid that Adobe lists, so compare it with the values in the Adobe Developer Console to find out which one is stored: ${described}`
      : `${describeSecret(stored)} is ${count === 1 ? 'the stored one' : 'one of them'}, by the uuid with which it is in a version of ${names.client}; the other one is ${described}. That uuid may be wrong: compare the stored value with those in the Adobe Developer Console`;
  const other = stored === undefined ? 'the other one' : others.map(({ uuid }) => uuid).join(', ');
  const put = nextCommand(`put-credential ${name} FILE`, options);
  const ownUse =
    state.kind === 'retired' && others.some(({ uuid }) => uuid === state.uuid)
      ? ' Its last use may be that of an earlier run of this command, which has IMS test it.'
      : '';
  return (
    `what has leaked works, so do not wait. ${held}${which}.${ownUse} Ask everybody who works with this client, and look into its other credentials. ` +
    `If nobody uses ${other}, or it has leaked, too, delete it in the Adobe Developer Console, by its uuid, and no other; then: ${steps.command}. ` +
    `If somebody uses it and it has not leaked, store it in ${names.client} in place of the leaked one, alone in FILE: ${put}; then delete the leaked one there, whose value is in version ${showVersion(current.id)}; then: ${tokenOnly}, which says so if IMS still accepts what was stored before`
  );
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
  const words = `secretsmanager update-secret-version-stage --secret-id ${names.client} --version-stage AWSCURRENT --move-to-version-id ${own.id} --remove-from-version-id ${foreignWord(current.id, 'ID_OF_AWSCURRENT')}`;
  return new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `${what} in ${names.client}, in the place of version ${showVersion(own.id)}, which answers the leak`,
    `make that the current version again: ${nextAwsCommand(words, options)}`,
  );
}
