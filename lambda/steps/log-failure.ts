import { ConsoleRequestError, TokenRequestError } from '../../core/errors.ts';
import type { CredentialOutcome } from '../../core/outcome.ts';
import type { Log } from '../../core/ports.ts';
import type { RotationStep } from '../../core/rotation.ts';
import { stackFrames } from '../../core/stack-frames.ts';

/** In: an outcome. Logs its failure, with who has to act and the details Adobe's support asks for. */
export function logFailure(
  log: Log,
  { credential, reason, outcome, error }: CredentialOutcome,
  step?: RotationStep,
): void {
  // There may be thousands of deferrals, and nothing was attempted: the summary counts them.
  if (error === undefined || outcome === 'deferred' || outcome === 'kept') return;
  const details = error instanceof TokenRequestError ? error.details : undefined;
  const console = error instanceof ConsoleRequestError ? error.details : undefined;
  log.error(error.message, {
    credential,
    reason,
    step,
    code: error.code,
    actor: error.actor,
    client_id: details?.clientId,
    ims_status: details?.status,
    ims_error: details?.imsError,
    x_debug_id: details?.debugId,
    console_status: console?.status,
    console_error: console?.errorCode,
    where:
      error.code === 'ERR_UNEXPECTED' ? stackFrames(error.cause).slice(0, 5).join('\n') : undefined,
  });
}
