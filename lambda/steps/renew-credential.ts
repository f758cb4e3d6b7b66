// In: a credential's name, a force, and what the list showed. Out: its outcome, logged and remembered.
import { type Decision, decide, type Force, isSettled, unforced } from '../../core/decision.ts';
import { asRotatorError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import { keptError } from '../../core/kept-error.ts';
import { type Acted, type CredentialOutcome, outcomeOf } from '../../core/outcome.ts';
import { secretNames } from '../../core/secret-name.ts';
import { type Gathered, gather } from './gather.ts';
import { logFailure } from './log-failure.ts';
import { remember } from './remember.ts';
import { replaceToken } from './replace-token.ts';
import { forOneCredential, type Run } from './run.ts';
import { warnOfReplicas } from './warn-of-replicas.ts';
import { warnOfToken } from './warn-of-token.ts';

/**
 * Gather → decide → act → remember, for one credential. A failure is in the outcome, not thrown; the
 * stored token is then unharmed.
 */
export async function renewCredential(
  whole: Run,
  credential: string,
  force: Force = unforced,
  listed?: Gathered,
): Promise<CredentialOutcome> {
  const run = forOneCredential(whole);
  const startedWith = run.remaining();
  let gathered: Gathered = { credential, ...listed };
  let decision: Decision | undefined;
  let acted: Acted;
  try {
    gathered = await gather(run, credential, listed);
    decision = gathered.observation && decide(gathered.observation, force);
    acted = await act(run, gathered, decision);
  } catch (thrown) {
    acted = { kind: 'failed', error: asRotatorError(thrown) };
  }
  const duration = startedWith - run.remaining();
  const outcome = outcomeOf(credential, gathered.observation, decision, acted);
  logFailure(run.log, outcome);
  const { clientProgress } = listed ?? {};
  const remembered = await remember(run, gathered, { ...outcome, duration, clientProgress });
  if (outcome.outcome === 'renewed' && mayHoldRetired(run, gathered)) {
    const { retireClientSecret } = await import('../client-secrets-on-demand.ts');
    await retireClientSecret(run, gathered);
  }
  return remembered;
}

/** A note of its rotation stands in the value as it is, and stays there once the stack has it rotate no more. */
function mayHoldRetired({ config }: Run, { credential, client }: Gathered): boolean {
  const rotates = config.rotating?.has(credential) === true;
  return rotates && client?.text.reveal().includes('retired_at') === true;
}

async function act(run: Run, gathered: Gathered, decision: Decision | undefined): Promise<Acted> {
  const { credential, error } = gathered;
  if (decision?.action === 'keep' && !decision.needsAction && !isBlind(gathered, decision)) {
    return { kind: 'kept', isUnsure: error !== undefined };
  }
  if (decision === undefined || error !== undefined) throw error;
  if (decision.action === 'renew') return await renew(run, gathered, decision);
  throw keptError(decision.reason, secretNames(run.config, credential), decision.spent);
}

/** Something that a token is kept for could not be seen: its value, its credential, or anything. */
function isBlind({ observation, error }: Gathered, { reason }: Decision): boolean {
  if (error === undefined) return false;
  if (error.code === 'ERR_NO_TIME_LEFT' || observation?.token === 'unread') return true;
  return observation?.isCredentialUnseen === true && isSettled(reason);
}

async function renew(
  run: Run,
  { credential, secret, client, observation }: Gathered,
  { reason }: Decision,
): Promise<Acted> {
  if (secret === undefined || client === undefined || observation === undefined) {
    throw new TypeError('a renewal needs both secrets');
  }
  const due = { credential, reason, secret, client, observation };
  const { token, clientSecretPosition } = await replaceToken(run, due);
  run.log.info('renewed', {
    credential,
    reason,
    expires_at: formatInstant(token.expiresAt),
    client_secret_position: clientSecretPosition,
  });
  warnOfToken(run, credential, token);
  const hasFailedReplica = warnOfReplicas(run, credential, secret);
  return { kind: 'renewed', token, clientSecretPosition, hasFailedReplica };
}
