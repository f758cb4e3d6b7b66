import { tagKeys } from '../../core/contract.ts';
import { asRotatorError } from '../../core/errors.ts';
import { addRequest, formatRequests } from '../../core/mint-budget.ts';
import type { Observation } from '../../core/observation.ts';
import { budget } from './budget.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

// Their requests take a third of a megabyte.
const mostRemembered = 1_000;

/** A credential, and the token secret that its token requests are recorded in. */
export interface Recorded extends Pick<Observation, 'requested'> {
  readonly credential: string;
  /** The token secret's ARN. */
  readonly secretId: string;
}

/**
 * In: a credential for which IMS is asked now. Writes that into a tag of its token secret, and keeps
 * it for the sandbox. A failure only warns: the token matters more than the record of it. The sandbox
 * keeps any number of requests that the tags do not tell of, but only a thousand of the others.
 */
export async function recordRequest(
  run: Run,
  { credential, secretId, requested }: Recorded,
): Promise<void> {
  const requests = addRequest(requested, run.now());
  run.memory.requests.set(credential, requests);
  const tag = { secretId, key: tagKeys.requested, value: formatRequests(requests) };
  try {
    await withRetries(run, budget.record, () => run.secrets.setTag(tag, run.signal));
    if (run.memory.requests.size > mostRemembered) run.memory.requests.delete(credential);
  } catch (thrown) {
    const { code } = asRotatorError(thrown);
    run.log.warn('a token request could not be recorded in its tag', { credential, code });
  }
}
