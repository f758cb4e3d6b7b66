import { asRotatorError, type RotatorError } from '../../core/errors.ts';
import { isReplica, type SecretMetadata } from '../../core/ledger.ts';
import {
  type CredentialVersion,
  type Observation,
  observeSameContent,
} from '../../core/observation.ts';
import type { SecretValue } from '../../core/ports.ts';
import { secretNames } from '../../core/secret-name.ts';
import { budget } from './budget.ts';
import { isSameContent } from './compare-content.ts';
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
  /** The current version of the client secret; undefined when it has none. */
  readonly clientVersion?: CredentialVersion | 'unseen' | undefined;
  /** The client secret's value, once it was read. */
  readonly client?: SecretValue | undefined;
  /** Undefined when nothing at all could be seen. */
  readonly observation?: Observation | undefined;
  /** Why something could not be seen. */
  readonly error?: RotatorError | undefined;
}

/** In: what the list showed of a foreign version. Out: the same with its value read. */
export async function look(run: Run, listed: Gathered): Promise<Gathered> {
  const { credential, secret, clientVersion } = listed;
  try {
    return { ...listed, observation: await observe(run, credential, secret, clientVersion) };
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
  const error = asRotatorError(value.reason);
  // The list may still know which version of the client secret is current.
  const clientVersion = listed === undefined ? 'unseen' : listed.clientVersion;
  const observation = observeListed(run, credential, secret, clientVersion);
  return { credential, secret, clientVersion, observation, error };
}

async function observed(run: Run, gathered: Gathered): Promise<Gathered> {
  const { credential, secret, client, clientVersion } = gathered;
  const observation = observeListed(run, credential, secret, clientVersion);
  if (observation.token === 'unread') return await look(run, { ...gathered, observation });
  const isSame =
    secret !== undefined &&
    client !== undefined &&
    isMintedFromAnother(observation) &&
    (await isSameContent(run, secret, client));
  return { ...gathered, observation: isSame ? observeSameContent(observation) : observation };
}

function isMintedFromAnother({ token, fingerprint }: Observation): boolean {
  if (typeof token !== 'object' || token.fingerprint === undefined) return false;
  return fingerprint !== undefined && token.fingerprint !== fingerprint;
}
