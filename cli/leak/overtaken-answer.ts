import type { RotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { formatInstant } from '../../core/instant.ts';
import { answerNoted } from '../../core/open-answer.ts';
import { hasSameSecrets } from '../../core/same-credential.ts';
import { CliError } from '../errors.ts';
import { replaces } from '../rotator/leak-version.ts';
import { nextAwsCommand } from '../view/next-command.ts';
import type { Answer, ClientVersion, UsableVersion } from './answer.ts';

/**
 * An answer that was broken off leaves a note, which sends people here. What somebody has stored since is
 * not what had leaked, unless it is the same credential again.
 *
 * @param versions of the client secret, the replaced one among them
 * @throws CliError ERR_CREDENTIAL_CHANGED
 */
export function assertNotOvertaken(
  answer: Answer,
  { id, found }: UsableVersion,
  state: RotationState,
  versions: readonly ClientVersion[],
): void {
  const { session, names, steps, tokenOnly } = answer;
  const noted = answerNoted(state);
  if (state.kind === 'none' || noted === undefined || noted === id) return;
  const before = versions.find((one) => replaces(session.digest, noted, one.id))?.found;
  if (before !== undefined && hasSameSecrets(before.credential, found.credential)) return;
  const begun = formatInstant(state.kind === 'adding' ? state.since : state.at);
  const untag = untagging(answer);
  throw new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `an answer to a leak was begun at ${begun}, and what is stored in ${names.client} may be another credential than it was to replace`,
    'if the stored client secret has not leaked: delete the earlier one, which has, in the Adobe Developer Console, if it is still there, and not the stored one; ' +
      `then: ${untag}; then: ${tokenOnly}, or, if the stored credential is of another client, have Adobe support invalidate the tokens of the earlier one; ` +
      `if the stored one has leaked, too: ${untag}; then: ${steps.command}, which deletes it at Adobe for whoever else uses it`,
    { isFixWhole: true },
  );
}

/** Takes the note of an answer off. */
export function untagging({ names, session: { options } }: Answer): string {
  const tag = `Key=${tagKeys.rotation},Value=none`;
  const words = `secretsmanager tag-resource --secret-id ${names.client} --tags ${tag}`;
  return nextAwsCommand(words, options);
}
