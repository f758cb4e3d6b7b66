import { asRotatorError, RotatorError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import { keptError } from '../../core/kept-error.ts';
import { isReplica, type SecretMetadata } from '../../core/ledger.ts';
import type { CredentialOutcome } from '../../core/outcome.ts';
import type { Rotation } from '../../core/rotation.ts';
import { secretNames } from '../../core/secret-name.ts';
import { budget } from '../steps/budget.ts';
import { logFailure } from '../steps/log-failure.ts';
import { createSecret, finishSecret, type StepDone, testSecret } from '../steps/rotation-steps.ts';
import type { Run } from '../steps/run.ts';
import { removePending } from '../steps/staging-labels.ts';
import { withRetries } from '../steps/with-retries.ts';

/**
 * In: one of the four steps in which Secrets Manager rotates a token secret or a client secret. Out: its outcome.
 *
 * Any step may be repeated. The status tag is left alone, because it is about the rotator's own
 * renewals.
 *
 * @throws RotatorError; AWSCURRENT is then unharmed
 */
export async function rotate(run: Run, rotation: Rotation): Promise<CredentialOutcome> {
  const { credential, step } = rotation;
  try {
    const { did, token, isCurrent = false } = await stepOf(rotation.kind)(run, rotation);
    const expiresAt = token === undefined ? undefined : formatInstant(token.expiresAt);
    run.log.info(did, { credential, step, expires_at: expiresAt });
    return {
      credential,
      outcome: isCurrent ? 'renewed' : 'kept',
      token: isCurrent ? token : undefined,
      failing: false,
      isNews: false,
    };
  } catch (thrown) {
    const error = asRotatorError(thrown);
    logFailure(
      run.log,
      { credential, outcome: 'failed', error, failing: true, isNews: true },
      step,
    );
    throw error;
  }
}

type TakeStep = (run: Run, rotation: Rotation) => Promise<StepDone>;

function stepOf(kind: Rotation['kind']): TakeStep {
  if (kind === 'token') return takeStep;
  return async (run, rotation) => {
    const { takeClientStep } = await import('../client-secrets-on-demand.ts');
    return await takeClientStep(run, rotation);
  };
}

async function takeStep(run: Run, rotation: Rotation): Promise<StepDone> {
  const { credential, step, secretId, versionId } = rotation;
  const secret = await describe(run, rotation);
  if (secret.currentVersionId === versionId) {
    // finishSecret was cut short after it had moved AWSCURRENT.
    const unfinished = step === 'finishSecret' && secret.pendingVersionId === versionId;
    if (unfinished) await removePending(run, { secretId, versionId });
    return { did: 'the version is already AWSCURRENT' };
  }
  if (secret.pendingVersionId !== versionId) {
    throw new RotatorError(
      'ERR_ROTATION_NOT_PENDING',
      `version ${versionId} of ${secretNames(run.config, credential).token} is not AWSPENDING, ` +
        'perhaps because a renewal came between; start the rotation again',
    );
  }
  switch (step) {
    case 'createSecret':
      return await createSecret(run, rotation, secret);
    case 'setSecret':
      return { did: 'nothing to set: IMS already knows the token' };
    case 'testSecret':
      return await testSecret(run, rotation, secret);
    case 'finishSecret':
      return await finishSecret(run, rotation, secret);
  }
}

async function describe(run: Run, { credential, secretId }: Rotation): Promise<SecretMetadata> {
  const names = secretNames(run.config, credential);
  // Described by its name: an event may hold the ARN of such a name in any account.
  const secret = await withRetries(run, budget.read, () =>
    run.secrets.describe(names.token, run.signal),
  );
  // The replica of a secret in another Region can be read but not written.
  if (secret?.arn !== secretId || isReplica(secret, run.config.region)) {
    throw keptError('token-secret-missing', names);
  }
  return secret;
}
