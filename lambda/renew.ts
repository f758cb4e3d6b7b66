import type { Force } from './core/decision.ts';
import { keptError } from './core/kept.ts';
import type { CredentialOutcome } from './core/run-result.ts';
import { secretNames } from './core/secret-name.ts';
import type { Deps } from './deps.ts';
import { renewCredential } from './renew-credential.ts';

/**
 * Renews the token of one credential, if it is due or forced. Whoever asked for it by name wants a
 * fresh token afterwards, so anything else is a failure with a code.
 */
export async function renew(
  deps: Deps,
  credential: string,
  force: Force,
): Promise<CredentialOutcome> {
  const outcome = await renewCredential(deps, credential, force);
  const { reason, expiresAt } = outcome;
  if (outcome.outcome !== 'kept' || reason === undefined) return outcome;
  const unexpired = expiresAt !== undefined && expiresAt > deps.now();
  const refusedToForce = force.force && force.replaces === undefined;
  if (reason === 'recently-issued' && unexpired && !refusedToForce) return outcome;
  const error = keptError(reason, secretNames(deps.config.prefix, credential));
  return error === undefined ? outcome : { ...outcome, outcome: 'failed', error };
}
