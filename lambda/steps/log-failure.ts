import { TokenRequestError } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import type { RotationStep } from '../../core/rotation.ts';
import type { CredentialOutcome } from '../../core/run-result.ts';

/** Logs a failure once, with who has to act and what Adobe's support asks for. */
export function logFailure(
  log: Log,
  { credential, reason, outcome, error }: CredentialOutcome,
  step?: RotationStep,
): void {
  // What is deferred has done nothing, and there may be thousands of it: the summary counts it.
  if (error === undefined || outcome === 'deferred') return;
  const details = error instanceof TokenRequestError ? error.details : undefined;
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
    where: error.code === 'ERR_UNEXPECTED' ? framesOf(error.cause) : undefined,
  });
}

/** Where an unexpected error was thrown; its message is left out, as it may quote a value. */
function framesOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return frames.slice(0, 5).join('\n');
}
