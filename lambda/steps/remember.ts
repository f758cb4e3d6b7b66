import { tagKeys } from '../../core/contract.ts';
import { type Decision, isSettled, type Observation } from '../../core/decision.ts';
import { asRotatorError, RotatorError, TokenRequestError } from '../../core/errors.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import type { CredentialOutcome } from '../../core/run-result.ts';
import {
  type FailureCode,
  formatStatus,
  isNews,
  noFingerprint,
  okStatus,
  rememberFailure,
} from '../../core/status.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

const tagLimits = { attempts: 5, reserve: 6 };

/** What a run has seen of a credential, from the list or afresh. */
export interface Sight {
  secret?: SecretMetadata | undefined;
  observation?: Observation;
  /** What would be done without force. */
  decision?: Decision;
}

/** Writes the status tag if it is to change, and adds to the outcome whether the failure is a new one. */
export async function remember(
  run: Run,
  { secret, observation, decision }: Sight,
  outcome: CredentialOutcome,
): Promise<CredentialOutcome> {
  if (secret === undefined || outcome.error?.code === 'ERR_NO_TIME_LEFT') return outcome;
  if (outcome.error === undefined) {
    const status = secret.tags[tagKeys.status] ?? okStatus;
    const settled = outcome.outcome === 'renewed' || isSettled(outcome.reason);
    return settled && status !== okStatus
      ? await setStatus(run, secret, okStatus, outcome)
      : outcome;
  }
  // A forced run that fails says nothing of a token that is not due.
  if (observation === undefined || decision === undefined || isSettled(decision.reason)) {
    return outcome;
  }
  const { error } = outcome;
  const { failure, now, token, fingerprint = noFingerprint } = observation;
  // What nobody tries again, but looks at on every tick, has nothing to wait for.
  const transient = error.transient || decision.failing;
  const next = rememberFailure(
    { ...codeOf(error), transient, fingerprint },
    failure,
    now,
    typeof token === 'object' ? token.expiresAt : undefined,
  );
  const remembered = { ...outcome, began: isNews(next, failure) };
  const status = formatStatus(next);
  return status === secret.tags[tagKeys.status]
    ? remembered
    : await setStatus(run, secret, status, remembered);
}

/**
 * With IMS's own error code, which is of a safe alphabet: nothing else that IMS says gets into a tag.
 * Without it for what may pass, so that an outage with many faces is one failure.
 */
function codeOf(error: RotatorError): FailureCode {
  const imsError = error instanceof TokenRequestError ? error.details.imsError : undefined;
  return { code: error.code, imsError: error.transient ? undefined : imsError };
}

async function setStatus(
  run: Run,
  { name, arn }: SecretMetadata,
  value: string,
  outcome: CredentialOutcome,
): Promise<CredentialOutcome> {
  const tag = { secretId: arn, key: tagKeys.status, value };
  try {
    await withRetries(run, tagLimits, () => run.secrets.setTag(tag, run.signal));
    if (value === okStatus) run.log.info('recovered', { credential: outcome.credential });
    return outcome;
  } catch (thrown) {
    const cause = asRotatorError(thrown);
    // With the time, not the right to write, run out, the next tick does it.
    if (cause.code === 'ERR_NO_TIME_LEFT') return outcome;
    const statusError = new RotatorError(
      'ERR_STATUS_NOT_WRITTEN',
      `the status of ${name} could not be written: ${cause.code}`,
      { cause },
    );
    run.log.error(statusError.message, { credential: outcome.credential, code: statusError.code });
    return { ...outcome, statusError };
  }
}
