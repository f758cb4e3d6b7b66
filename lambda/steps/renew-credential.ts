import { type Decision, decide, type Force, isSettled, unforced } from '../../core/decision.ts';
import { asRotatorError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import { keptError } from '../../core/kept-error.ts';
import { type Acted, type CredentialOutcome, outcomeOf } from '../../core/outcome.ts';
import { secretNames } from '../../core/secret-name.ts';
import { renewalSeconds } from './budget.ts';
import { type Gathered, gather, look } from './gather.ts';
import { logFailure } from './log-failure.ts';
import { warnOfToken } from './mint.ts';
import { remember } from './remember.ts';
import { replaceToken } from './replace-token.ts';
import type { Run } from './run.ts';
import { noTimeLeft } from './with-retries.ts';

/**
 * Gather → decide → act → remember, for one credential.
 *
 * In: its name, whether it is forced, and what the list showed. Out: its outcome, logged and
 * remembered. A failure is in the outcome, not thrown; the stored token is then unharmed.
 */
export async function renewCredential(
  run: Run,
  credential: string,
  force: Force = unforced,
  listed?: Gathered,
): Promise<CredentialOutcome> {
  const startedWith = run.remaining();
  const gathered = await gatherEnough(run, credential, listed);
  const decision = gathered.observation && decide(gathered.observation, force);
  const acted = await act(run, gathered, decision);
  const duration = startedWith - run.remaining();
  const outcome = outcomeOf(credential, gathered.observation, decision, acted);
  logFailure(run.log, outcome);
  return await remember(run, gathered, { ...outcome, duration });
}

/** One read of a foreign version may show that nothing is due, so that no more has to be read. */
async function gatherEnough(run: Run, credential: string, listed?: Gathered): Promise<Gathered> {
  if (run.remaining() < renewalSeconds(run.config)) {
    return { credential, ...listed, error: noTimeLeft() };
  }
  if (listed?.observation?.token !== 'unread') return await gather(run, credential, listed);
  const looked = await look(run, listed);
  // A value that could not be read changes nothing for a credential that waits anyway.
  const isKept = looked.observation && decide(looked.observation).action === 'keep';
  return isKept ? looked : await gather(run, credential, listed);
}

/** Carries out a decision. Anything thrown becomes a failure. */
async function act(run: Run, gathered: Gathered, decision: Decision | undefined): Promise<Acted> {
  const { credential, error } = gathered;
  try {
    // Something may not have been seen, but nothing more is needed to keep a token.
    if (decision?.action === 'keep' && !decision.failing && !isBlind(gathered, decision)) {
      return { kind: 'kept' };
    }
    if (decision === undefined || error !== undefined) throw error;
    if (decision.action === 'renew') return await renew(run, gathered, decision);
    throw keptError(decision.reason, secretNames(run.config, credential));
  } catch (thrown) {
    return { kind: 'failed', error: asRotatorError(thrown) };
  }
}

/** A token is fresh only as far as its credential is known to be the same. */
function isBlind({ observation, error }: Gathered, { reason }: Decision): boolean {
  return error !== undefined && observation?.isCredentialUnseen === true && isSettled(reason);
}

async function renew(
  run: Run,
  { credential, secret, client, observation }: Gathered,
  { reason }: Decision,
): Promise<Acted> {
  if (secret === undefined || client === undefined || observation === undefined) {
    throw new TypeError('a renewal needs both secrets');
  }
  const due = { credential, reason, secret, client, token: observation.token };
  const { token, clientSecretPosition } = await replaceToken(run, due);
  run.log.info('renewed', {
    credential,
    reason,
    expires_at: formatInstant(token.expiresAt),
    client_secret_position: clientSecretPosition,
  });
  warnOfToken(run, credential, token);
  return { kind: 'renewed', token, clientSecretPosition };
}
