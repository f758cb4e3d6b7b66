import { tagKeys } from '../../core/contract.ts';
import { asRotatorError, RotatorError } from '../../core/errors.ts';
import { nextStatus } from '../../core/next-status.ts';
import type { CredentialOutcome } from '../../core/outcome.ts';
import { okStatus } from '../../core/status.ts';
import { budget } from './budget.ts';
import type { Gathered } from './gather.ts';
import { type Run, reportMemory } from './run.ts';
import { withRetries } from './with-retries.ts';

/**
 * In: a credential's outcome, and the snapshot it was based on. Out: the same outcome, with whether its failure
 * is news. Writes the status tag of the token secret, if it has to change.
 */
export async function remember(
  run: Run,
  { secret, observation, error }: Gathered,
  outcome: CredentialOutcome,
): Promise<CredentialOutcome> {
  if (secret === undefined) return reportOnce(run, outcome);
  const { status, isNews, isForgotten } = nextStatus(secret.tags, observation, outcome);
  const remembered = { ...outcome, isNews };
  if (isForgotten === true) return reportOnce(run, remembered);
  // A recovery that was seen only in part does not count.
  if (status === undefined || (status === okStatus && error !== undefined)) return remembered;
  const { credential } = outcome;
  const tag = { secretId: secret.arn, key: tagKeys.status, value: status };
  try {
    await withRetries(run, budget.tag, () => run.secrets.setTag(tag, run.signal));
    if (status === okStatus) run.log.info('recovered', { credential });
    return remembered;
  } catch (thrown) {
    const cause = asRotatorError(thrown);
    // The next tick writes it.
    if (cause.code === 'ERR_NO_TIME_LEFT') return remembered;
    const statusError = new RotatorError(
      'ERR_STATUS_NOT_WRITTEN',
      `the status of ${secret.name} could not be written: ${cause.code}`,
      { cause },
    );
    run.log.error(statusError.message, { credential, code: statusError.code });
    return { ...remembered, statusError };
  }
}

/**
 * A missing token secret has no tag that could remember its failure, and that of a forced renewal has
 * none of its own. Without this memory, Lambda's retry of the failed invocation, a minute later, would
 * fail as well, and so would each request of a workload whose token a product rejects.
 */
function reportOnce({ memory, now }: Run, outcome: CredentialOutcome): CredentialOutcome {
  const { credential, isNews, error } = outcome;
  if (!isNews) return outcome;
  const failure = `${credential} ${error?.code}`;
  const reported = memory.reported.get(failure);
  if (reported !== undefined && now() - reported < reportMemory) {
    return { ...outcome, isNews: false };
  }
  memory.reported.set(failure, now());
  return outcome;
}
