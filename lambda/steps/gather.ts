// In: a credential's name, and what the list showed of it. Out: one snapshot of its secrets.
import { decide } from '../../core/decision.ts';
import { asRotatorError, type RotatorError } from '../../core/errors.ts';
import { isReplica, type SecretMetadata } from '../../core/ledger.ts';
import {
  type CredentialVersion,
  isMintedFromAnother,
  type Observation,
  observeSameContent,
  observeSameFailure,
} from '../../core/observation.ts';
import type { SecretValue } from '../../core/ports.ts';
import type { ClientProgress } from '../../core/rotation-progress.ts';
import { secretNames } from '../../core/secret-name.ts';
import { budget, renewalSeconds } from './budget.ts';
import { failedBefore, isSameContent } from './compare-content.ts';
import { observe, observeMetadataOf } from './observe.ts';
import type { Run } from './run.ts';
import { noTimeLeft, withRetries } from './with-retries.ts';

/**
 * Everything that a run saw of one credential. The observation is made from this secret and client
 * version, so that the decision, the act and the memory of it share one snapshot.
 */
export interface Gathered {
  readonly credential: string;
  /** The token secret, unless it is missing or cannot be written here. */
  readonly secret?: SecretMetadata | undefined;
  /** The current version of the client secret; undefined when it has none. */
  readonly clientVersion?: CredentialVersion | 'unseen' | undefined;
  /** The client secret's value, once it was read. */
  readonly client?: SecretValue | undefined;
  /** Only in a tick. */
  readonly clientProgress?: ClientProgress | undefined;
  /** Undefined when nothing at all could be seen. */
  readonly observation?: Observation | undefined;
  /** Why something could not be seen. */
  readonly error?: RotatorError | undefined;
}

/**
 * Gathers as much as a decision needs.
 *
 * @param listed the fallback when a fresh read fails
 */
export async function gather(run: Run, credential: string, listed?: Gathered): Promise<Gathered> {
  if (isTooLate(run)) return { credential, ...listed, error: noTimeLeft() };
  if (listed?.observation?.token !== 'unread') return await describe(run, credential, listed);
  // One read of a foreign version may show that nothing is due, which saves further reads.
  const looked = await look(run, listed);
  return isEnough(looked) ? looked : await describe(run, credential, looked);
}

/** A renewal begun now might not be finished. */
function isTooLate(run: Run): boolean {
  return run.remaining() < renewalSeconds(run.config);
}

/** A problem that the list shows is not reported before the secrets themselves are read. */
function isEnough({ observation, error }: Gathered): boolean {
  if (observation === undefined) return false;
  const { action, reason, needsAction } = decide(observation);
  return action === 'keep' && !needsAction && (error === undefined || reason === 'backing-off');
}

/** The same snapshot with the value of a foreign version read, if it can be. */
export async function look(run: Run, gathered: Gathered): Promise<Gathered> {
  const { credential, secret, clientVersion } = gathered;
  try {
    return { ...gathered, observation: await observe(run, credential, secret, clientVersion) };
  } catch (error) {
    return { ...gathered, error: gathered.error ?? asRotatorError(error) };
  }
}

/** Describes the token secret and reads the client secret. */
async function describe(run: Run, credential: string, listed?: Gathered): Promise<Gathered> {
  // The value that the list gave reason to read took some of the time.
  if (isTooLate(run)) return { credential, ...listed, error: noTimeLeft() };
  const names = secretNames(run.config, credential);
  const read = <Output>(call: () => Promise<Output>): Promise<Output> =>
    withRetries(run, budget.read, call);
  // Settled, so that neither call is left running when the other one fails.
  const reads = Promise.allSettled([
    read(() => run.secrets.describe(names.token, run.signal)),
    read(() => run.secrets.read(names.client, run.signal)),
  ]);
  run.tokenEndpoint.prepare?.();
  const [described, value] = await reads;
  if (described.status === 'rejected') {
    return { credential, ...listed, error: asRotatorError(described.reason) };
  }
  const secret = isReplica(described.value, run.config.region) ? undefined : described.value;
  const isRead = value.status === 'fulfilled';
  const client = isRead ? value.value : undefined;
  // The list may still know which version of the client secret is current.
  const clientVersion = isRead ? client : (listed?.clientVersion ?? 'unseen');
  const observation = observeMetadataOf(run, credential, secret, clientVersion);
  const error = isRead ? undefined : asRotatorError(value.reason);
  const gathered = { credential, secret, client, clientVersion, observation, error };
  const looked = observation.token === 'unread' ? await look(run, gathered) : gathered;
  return await compare(run, looked);
}

/** A credential that was stored again with the same content is still the same credential. */
async function compare(run: Run, gathered: Gathered): Promise<Gathered> {
  const { secret, client, observation } = gathered;
  if (secret === undefined || client === undefined || observation === undefined) return gathered;
  // Both at once, because a renewal has to fit into the time-out.
  const [isSame, failed] = await Promise.allSettled([
    isMintedFromAnother(observation) && isSameContent(run, secret, client),
    failedBefore(run, secret, client, observation.fingerprint),
  ]);
  let compared = observation;
  if (isSame.status === 'fulfilled' && isSame.value) compared = observeSameContent(compared);
  if (failed.status === 'fulfilled' && failed.value !== undefined) {
    compared = observeSameFailure(compared, secret.tags, failed.value);
  }
  const seen = isSame.status === 'rejected' ? isSame : failed;
  if (seen.status === 'fulfilled') return { ...gathered, observation: compared };
  // The next tick compares them again. Until the token is due, it is as good as it was.
  const kept = observeSameContent(compared);
  if (decide(kept).action === 'renew') return { ...gathered, observation: compared };
  return { ...gathered, observation: kept, error: gathered.error ?? asRotatorError(seen.reason) };
}
