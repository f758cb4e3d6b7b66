import type { RotationState } from '../../core/client-secret-rotation.ts';
import type { ClientCredential } from '../../core/credential.ts';
import { answerNoted } from '../../core/open-answer.ts';
import { isUnknownSecret } from '../adobe/failure.ts';
import { OwnSecrets } from '../adobe/own-secrets.ts';
import { CliError } from '../errors.ts';
import { nextCommand } from '../view/next-command.ts';
import type { Answer, ClientVersion } from './answer.ts';
import { deletingEarlier, untagging } from './delete-by-hand.ts';

/** The client secret's tag, and its versions. */
interface Seen {
  readonly state: RotationState;
  readonly versions: readonly ClientVersion[];
}

/** Lists and changes the client secrets at Adobe. */
export async function openOwn(
  answer: Answer,
  credential: ClientCredential,
  seen: Seen,
): Promise<OwnSecrets> {
  const { session, name, adobe, secrets } = answer;
  return await OwnSecrets.open(session, name, adobe, credential, secrets).catch(
    (error: unknown) => {
      throw unknownSecret(error, answer, seen);
    },
  );
}

/** The leaked secret was deleted already, or another one is stored than the client has. */
function unknownSecret(error: unknown, answer: Answer, { state, versions }: Seen): unknown {
  const { name, names, session, tokenOnly } = answer;
  if (!(error instanceof CliError) || !isUnknownSecret(error.cause)) return error;
  const put = nextCommand(`put-credential ${name} FILE`, session.options);
  const ofAnswer =
    answerNoted(state) === undefined
      ? []
      : [deletingEarlier(answer, state, versions), untagging(answer)];
  return new CliError(
    error.code,
    `${error.message}: the stored client secret does not work any more`,
    [
      `if the leak was answered in another credential of this client, FILE is to be the value of ${names.client} with the client secrets that that one holds now; if not, add one in the Adobe Developer Console, or take the one that somebody has added there`,
      put,
      tokenOnly,
      ...ofAnswer,
    ].join('; then: '),
    // Going on would delete the one that was just added.
    { cause: error.cause, isFixWhole: true },
  );
}
