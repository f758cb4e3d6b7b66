import type { Reason } from './core/decision.ts';
import { type RenewalError, TokenRequestError } from './core/errors.ts';
import type { CredentialOutcome } from './core/run-result.ts';
import type { Log } from './deps.ts';

/** Logs an expected failure, with what Adobe's support asks for, and makes it an outcome. */
export function failedOutcome(
  log: Log,
  credential: string,
  reason: Reason | undefined,
  error: RenewalError,
): CredentialOutcome {
  const details = error instanceof TokenRequestError ? error.details : undefined;
  log.error(error.message, {
    credential,
    reason,
    code: error.code,
    client_id: details?.clientId,
    ims_status: details?.status,
    ims_error: details?.imsError,
    x_debug_id: details?.debugId,
  });
  return { credential, ...(reason === undefined ? {} : { reason }), outcome: 'failed', error };
}
