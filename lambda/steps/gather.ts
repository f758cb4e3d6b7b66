import { asRotatorError, type RotatorError } from '../../core/errors.ts';
import { isReplica, type SecretMetadata } from '../../core/ledger.ts';
import type { CredentialVersion, Observation } from '../../core/observation.ts';
import type { SecretValue } from '../../core/ports.ts';
import { secretNames } from '../../core/secret-name.ts';
import { budget } from './budget.ts';
import { observe, observeListed } from './observe.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

/**
 * Everything that a run saw of one credential. The observation is made from this very secret and
 * client version, so that the decision, the act and the memory of it rest on one picture.
 */
export interface Gathered {
  readonly credential: string;
  /** The token secret, unless it is missing or cannot be written here. */
  readonly secret?: SecretMetadata | undefined;
  /** The current version of the client secret. */
  readonly clientVersion?: CredentialVersion | undefined;
  /** The client secret's value, once it was read. */
  readonly client?: SecretValue | undefined;
  /** Undefined when too little could be seen to decide. */
  readonly observation?: Observation | undefined;
  /** Why something could not be seen. */
  readonly error?: RotatorError | undefined;
}

/** In: what the list showed of a foreign version. Out: the same with its value read. */
export async function look(run: Run, listed: Gathered): Promise<Gathered> {
  const { secret, clientVersion } = listed;
  try {
    return { ...listed, observation: await observe(run, secret, clientVersion) };
  } catch (error) {
    return { ...listed, error: asRotatorError(error) };
  }
}

/**
 * In: a credential's name, and what the list showed. Out: what its secrets hold right now.
 *
 * @param listed stands in where nothing fresher can be seen
 */
export async function gather(run: Run, credential: string, listed?: Gathered): Promise<Gathered> {
  const names = secretNames(run.config, credential);
  const read = <Output>(call: () => Promise<Output>): Promise<Output> =>
    withRetries(run, budget.read, call);
  // Settled, so that neither call is left running when the other one fails.
  const [described, value] = await Promise.allSettled([
    read(() => run.secrets.describe(names.token, run.signal)),
    read(() => run.secrets.read(names.client, run.signal)),
  ]);
  if (described.status === 'rejected') {
    return { credential, ...listed, error: asRotatorError(described.reason) };
  }
  const secret = isReplica(described.value, run.config.region) ? undefined : described.value;
  if (value.status === 'fulfilled') {
    const client = value.value;
    return await observed(run, { credential, secret, client, clientVersion: client });
  }
  const unread = { credential, secret, error: asRotatorError(value.reason) };
  // The list still knows which version of the client secret is current.
  if (listed?.observation === undefined) return unread;
  const { clientVersion } = listed;
  const observation = observeListed(run, secret, clientVersion);
  return { ...unread, clientVersion, observation };
}

async function observed(run: Run, gathered: Gathered): Promise<Gathered> {
  const { secret, clientVersion } = gathered;
  const observation = observeListed(run, secret, clientVersion);
  return observation.token === 'unread'
    ? await look(run, { ...gathered, observation })
    : { ...gathered, observation };
}
