import type { RotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { formatInstant } from '../../core/instant.ts';
import { answersLeak } from '../../core/open-answer.ts';
import { CliError } from '../errors.ts';
import { replaces } from '../rotator/leak-version.ts';
import { nextAwsCommand } from '../view/next-command.ts';
import type { Answer, UsableVersion } from './answer.ts';

/**
 * An answer that was broken off before it had stored its client secret leaves a note, which sends people
 * here. What somebody has stored since is not what had leaked.
 *
 * @throws CliError ERR_CREDENTIAL_CHANGED
 */
export function assertNotOvertaken(
  answer: Answer,
  { id }: UsableVersion,
  state: RotationState,
): void {
  const { session, names, steps, tokenOnly } = answer;
  if (state.kind !== 'adding' || !answersLeak(state.versionId) || state.versionId === id) return;
  if (replaces(session.digest, state.versionId, id)) return;
  const begun = formatInstant(state.since);
  throw new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `an answer to a leak was begun at ${begun}, and somebody has stored another credential in ${names.client} since`,
    `delete the leaked client secret in the Adobe Developer Console, if it is still there; then: ${untagging(answer)}; ` +
      `then: ${tokenOnly}, or, if the stored credential is of another client, have Adobe support invalidate the tokens of the earlier one; ` +
      `only if the stored client secret has leaked: ${steps.command}`,
    { isFixWhole: true },
  );
}

/** Takes the note of an answer off. */
export function untagging({ names, session: { options } }: Answer): string {
  const tag = `Key=${tagKeys.rotation},Value=none`;
  const words = `secretsmanager tag-resource --secret-id ${names.client} --tags ${tag}`;
  return nextAwsCommand(words, options);
}
