import type { RotationState } from '../../core/client-secret-rotation.ts';
import { tagKeys } from '../../core/contract.ts';
import { epochSeconds, formatInstant } from '../../core/instant.ts';
import { answersLeak } from '../../core/open-answer.ts';
import { CliError } from '../errors.ts';
import type { Answer, UsableVersion } from './answer.ts';

// Seconds between the clocks of AWS and of the machine on which the answer was begun.
const tolerance = 120;

/**
 * An answer that was broken off before it had stored its client secret leaves a note, which sends people
 * here. What somebody has stored since is not what had leaked.
 *
 * @throws CliError ERR_CREDENTIAL_CHANGED
 */
export function assertNotOvertaken(
  { name, names, steps }: Answer,
  { id, createdAt = epochSeconds(0) }: UsableVersion,
  state: RotationState,
): void {
  if (state.kind !== 'adding' || !answersLeak(state.versionId) || state.versionId === id) return;
  if (createdAt <= state.since + tolerance) return;
  const begun = formatInstant(state.since);
  const untag = `aws secretsmanager tag-resource --secret-id ${names.client} --tags Key=${tagKeys.rotation},Value=none`;
  throw new CliError(
    'ERR_CREDENTIAL_CHANGED',
    `an answer to a leak was begun at ${begun}, and somebody has stored another credential in ${names.client} since`,
    `delete the leaked client secret in the Adobe Developer Console, if it is still there; then: ${untag}; ` +
      `then: ims-token-rotator leaked ${name} --token, or, only if the stored client secret has leaked: ${steps.command}`,
    { isFixWhole: true },
  );
}
