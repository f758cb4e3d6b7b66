import { decide, type Force, isForced, type Observation } from './core/decision.ts';
import { asRenewalError, Deferral, type RenewalError } from './core/errors.ts';
import { formatInstant } from './core/instant.ts';
import { keptError } from './core/kept.ts';
import { isReplica } from './core/ledger.ts';
import { isShortLived } from './core/renew-before.ts';
import type { CredentialOutcome } from './core/run-result.ts';
import { secretNames } from './core/secret-name.ts';
import { logFailure } from './log-failure.ts';
import { observe, readLimits } from './observe.ts';
import { remember, type Sight } from './remember.ts';
import { replaceToken } from './replace-token.ts';
import type { Run } from './run.ts';
import { noTimeLeft, withRetries } from './with-retries.ts';

// Seconds that a renewal takes at the worst, short of being retried.
const startReserve = 45;

/**
 * Gathers afresh, decides, renews the token of one credential if it is due, and remembers how that
 * went. A failure is in the outcome, not thrown; the token that was stored is then unharmed.
 *
 * @param listed what the list showed, which stands in where nothing fresher can be read
 */
export async function renewCredential(
  run: Run,
  credential: string,
  force: Force = { force: false },
  listed: Sight = {},
): Promise<CredentialOutcome> {
  const sight: Sight = { ...listed };
  let outcome: CredentialOutcome;
  try {
    if (run.remaining() < startReserve) throw noTimeLeft();
    outcome = await attempt(run, credential, force, sight);
  } catch (thrown) {
    outcome = failedOutcome(credential, sight, asRenewalError(thrown));
  }
  logFailure(run.log, outcome);
  return await remember(run, sight, outcome);
}

/** The outcome of a decision to keep: `failed` with a code when somebody has to act. */
export function keptOutcome(
  run: Run,
  credential: string,
  sight: Required<Sight>,
): CredentialOutcome {
  const { observation, decision } = sight;
  const names = secretNames(run.config, credential);
  const error = decision.failing ? keptError(decision.reason, names) : undefined;
  return {
    credential,
    reason: decision.reason,
    outcome: error === undefined ? 'kept' : 'failed',
    ...tokenOf(observation),
    ...(error === undefined ? {} : { error }),
    failing: decision.failing || decision.reason === 'backing-off',
    began: decision.failing,
  };
}

async function attempt(
  run: Run,
  credential: string,
  force: Force,
  sight: Sight,
): Promise<CredentialOutcome> {
  const began = run.remaining();
  const names = secretNames(run.config, credential);
  const read = <Output>(work: () => Promise<Output>): Promise<Output> =>
    withRetries(run, readLimits, work);
  // Settled, so that neither is left running when the other fails.
  const [described, value] = await Promise.allSettled([
    read(() => run.secrets.describe(names.token, run.signal)),
    read(() => run.secrets.read(names.client, run.signal)),
  ]);
  if (described.status === 'rejected') throw described.reason;
  // The replica of a secret of another Region can be read, and not written.
  const secret = isReplica(described.value, run.config.region) ? undefined : described.value;
  sight.secret = secret;
  if (value.status === 'rejected') throw value.reason;
  const client = value.value;
  const observation = await observe(run, secret, client);
  sight.observation = observation;
  sight.decision = decide(observation);
  const forced = isForced(force, observation.now, observation.token);
  const decision = decide({ ...observation, forced });
  const { reason } = decision;
  if (decision.action === 'keep' || secret === undefined || client === undefined) {
    return keptOutcome(run, credential, { secret, observation, decision });
  }
  const due = { reason, secret, client, token: observation.token };
  const { token, clientSecretPosition } = await replaceToken(run, due);
  run.metrics.add('RenewalDuration', Math.round((began - run.remaining()) * 1000));
  run.log.info('renewed', {
    credential,
    reason,
    expires_at: formatInstant(token.expiresAt),
    client_secret_position: clientSecretPosition,
  });
  if (isShortLived(token, run.config.tick))
    run.log.warn('the token lives too short for the ticks', { credential });
  if (token.warning !== undefined) run.log.warn(token.warning, { credential });
  return {
    credential,
    reason,
    outcome: 'renewed',
    token,
    failing: false,
    began: false,
    ...(clientSecretPosition === undefined ? {} : { clientSecretPosition }),
  };
}

function failedOutcome(
  credential: string,
  { observation, decision }: Sight,
  error: RenewalError,
): CredentialOutcome {
  const deferred = error instanceof Deferral;
  return {
    credential,
    ...(decision === undefined ? {} : { reason: decision.reason }),
    outcome: deferred ? 'deferred' : 'failed',
    ...(observation === undefined ? {} : tokenOf(observation)),
    error,
    failing: !deferred || observation?.failure !== undefined,
    began: !deferred,
  };
}

function tokenOf({ token }: Observation): Pick<CredentialOutcome, 'token'> {
  return typeof token === 'object' ? { token } : {};
}
