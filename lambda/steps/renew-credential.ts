import { decide, type Force, isForced, type Observation } from '../../core/decision.ts';
import { asRotatorError, Deferral, type RotatorError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import { keptError } from '../../core/kept.ts';
import { isReplica } from '../../core/ledger.ts';
import type { CredentialVersion } from '../../core/observation.ts';
import type { CredentialOutcome } from '../../core/run-result.ts';
import { secretNames } from '../../core/secret-name.ts';
import { logFailure } from './log-failure.ts';
import { warnOfToken } from './mint.ts';
import { observe, readLimits } from './observe.ts';
import { remember, type Sight } from './remember.ts';
import { replaceToken } from './replace-token.ts';
import type { Run } from './run.ts';
import { noTimeLeft, withRetries } from './with-retries.ts';

/**
 * Seconds that a renewal may take, short of being retried: reading, minting, asking about the token
 * if that is set, and storing.
 */
export function renewalSeconds({ validate }: Run['config']): number {
  return validate ? 65 : 45;
}

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
  return await carryOut(run, credential, sight, () => attempt(run, credential, force, sight));
}

/**
 * Looks at a value of which the list could not tell whether it is a fresh token, and renews it if it
 * is not.
 */
export async function lookAndRenew(
  run: Run,
  credential: string,
  listed: Required<Sight>,
  client: CredentialVersion | undefined,
): Promise<CredentialOutcome> {
  const sight: Sight = { ...listed };
  return await carryOut(run, credential, sight, async () => {
    const observation = await observe(run, listed.secret, client);
    const decision = decide(observation);
    Object.assign(sight, { observation, decision });
    return decision.action === 'keep'
      ? keptOutcome(run, credential, { secret: listed.secret, observation, decision })
      : await attempt(run, credential, { force: false }, sight);
  });
}

/** Does work on a credential if there is time, and makes whatever comes of it an outcome. */
async function carryOut(
  run: Run,
  credential: string,
  sight: Sight,
  work: () => Promise<CredentialOutcome>,
): Promise<CredentialOutcome> {
  let outcome: CredentialOutcome;
  try {
    if (run.remaining() < renewalSeconds(run.config)) throw noTimeLeft();
    outcome = await work();
  } catch (thrown) {
    outcome = failedOutcome(credential, sight, asRotatorError(thrown));
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
  const standing = decision.reason === 'backing-off' ? observation.failure?.code : undefined;
  return {
    credential,
    reason: decision.reason,
    outcome: error === undefined ? 'kept' : 'failed',
    ...tokenOf(observation),
    ...(error === undefined ? {} : { error }),
    failing: decision.failing || standing !== undefined,
    began: decision.failing,
    ...(standing === undefined ? {} : { standingCode: standing }),
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
  const forced = isForced(force, observation, secret?.currentVersionId);
  const decision = decide({ ...observation, forced });
  const { reason } = decision;
  if (decision.action === 'keep' || secret === undefined || client === undefined) {
    return keptOutcome(run, credential, { secret, observation, decision });
  }
  const due = { credential, reason, secret, client, token: observation.token };
  const { token, clientSecretPosition } = await replaceToken(run, due);
  run.metrics.add('RenewalDuration', Math.round((began - run.remaining()) * 1000));
  run.log.info('renewed', {
    credential,
    reason,
    expires_at: formatInstant(token.expiresAt),
    client_secret_position: clientSecretPosition,
  });
  warnOfToken(run, credential, token);
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
  error: RotatorError,
): CredentialOutcome {
  const deferred = error instanceof Deferral;
  // Of a value that nobody could look at, nobody can say whether it was due.
  const reason = observation?.token === 'unread' ? undefined : decision?.reason;
  // A host that is broken is a failure of all its credentials, whichever of them found it out.
  const lasting = !deferred || error.code !== 'ERR_NO_TIME_LEFT';
  return {
    credential,
    ...(reason === undefined ? {} : { reason }),
    outcome: deferred ? 'deferred' : 'failed',
    ...(observation === undefined ? {} : tokenOf(observation)),
    error,
    failing: lasting || observation?.failure !== undefined,
    began: lasting,
  };
}

function tokenOf({ token }: Observation): Pick<CredentialOutcome, 'token'> {
  if (typeof token !== 'object') return {};
  const { expiresAt, lifetime } = token;
  return { token: { expiresAt, lifetime } };
}
