import { type Decision, decide, type Force, isForced } from './core/decision.ts';
import { RenewalError } from './core/errors.ts';
import { formatInstant } from './core/instant.ts';
import { keptOutcome } from './core/kept.ts';
import type { CredentialOutcome } from './core/run-result.ts';
import { secretNames } from './core/secret-name.ts';
import type { Deps } from './deps.ts';
import { failedOutcome } from './failed-outcome.ts';
import { observation, observeToken } from './observe.ts';
import { replaceToken } from './replace-token.ts';

/**
 * Gathers afresh, decides, and renews the token of one credential if it is due. An expected failure
 * is in the outcome, not thrown; the stored token is then as it was.
 */
export async function renewCredential(
  deps: Deps,
  credential: string,
  force: Force = { force: false },
): Promise<CredentialOutcome> {
  const names = secretNames(deps.config.prefix, credential);
  let decision: Decision | undefined;
  try {
    const [secret, client] = await both(
      deps.secrets.describe(names.token, deps.signal),
      deps.secrets.read(names.client, deps.signal),
    );
    const token = await observeToken(deps, secret, client);
    const forced = isForced(force, deps.now(), token);
    decision = decide(observation(deps, secret, client, token, forced));
    const { reason } = decision;
    if (decision.action === 'keep' || secret === undefined || client === undefined) {
      return keptOutcome(credential, decision, token, names);
    }
    const { token: issued, clientSecretPosition } = await replaceToken(deps, {
      reason,
      secret,
      client,
      token,
    });
    deps.log.info('renewed', {
      credential,
      reason,
      expires_at: formatInstant(issued.expiresAt),
      client_secret_position: clientSecretPosition,
    });
    if (issued.warning !== undefined) deps.log.warn(issued.warning, { credential });
    return { credential, reason, outcome: 'renewed', expiresAt: issued.expiresAt };
  } catch (error) {
    if (!(error instanceof RenewalError)) throw error;
    return failedOutcome(deps.log, credential, decision?.reason, error);
  }
}

/** Both in parallel, and neither left running when the other fails. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return await Promise.all([first, second]);
}
