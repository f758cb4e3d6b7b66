import { type Force, isSettled } from '../../core/decision.ts';
import { RotatorError } from '../../core/errors.ts';
import { keptError } from '../../core/kept.ts';
import type { CredentialOutcome } from '../../core/run-result.ts';
import { secretNames } from '../../core/secret-name.ts';
import { logFailure } from '../steps/log-failure.ts';
import { renewCredential } from '../steps/renew-credential.ts';
import type { Run } from '../steps/run.ts';

/**
 * Renews the token of one credential, if it is due or forced. Whoever asked for it by name wants a
 * fresh token afterwards, so anything else is a failure with a code, also if it is not a new one.
 */
export async function renew(
  run: Run,
  credential: string,
  force: Force,
): Promise<CredentialOutcome> {
  const outcome = await renewCredential(run, credential, force);
  const { reason, token, error } = outcome;
  if (error !== undefined) return { ...outcome, began: true };
  if (outcome.outcome === 'renewed' || reason === undefined) return outcome;
  const unexpired = token !== undefined && token.expiresAt > run.now();
  const refusedToForce = isSettled(reason) && force.force && force.replaces === undefined;
  if (isSettled(reason) && unexpired && !refusedToForce) return outcome;
  const names = secretNames(run.config, credential);
  const refusal = refusedToForce
    ? new RotatorError(
        'ERR_RECENTLY_ISSUED',
        `the token in ${names.token} was issued less than a minute ago; to replace it, name its version`,
      )
    : keptError(reason, names);
  if (refusal === undefined) return outcome;
  const refused: CredentialOutcome = { ...outcome, outcome: 'failed', error: refusal, began: true };
  logFailure(run.log, refused);
  return refused;
}
