import { asRotatorError, RotatorError } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import { keptError } from '../../core/kept.ts';
import { isReplica, type SecretMetadata } from '../../core/ledger.ts';
import type { Rotation } from '../../core/rotation.ts';
import type { CredentialOutcome } from '../../core/run-result.ts';
import { secretNames } from '../../core/secret-name.ts';
import { logFailure } from '../steps/log-failure.ts';
import { readLimits } from '../steps/observe.ts';
import { createSecret, finishSecret, type StepDone, testSecret } from '../steps/rotation-steps.ts';
import type { Run } from '../steps/run.ts';
import { removePending } from '../steps/staging-labels.ts';
import { withRetries } from '../steps/with-retries.ts';

/**
 * Does one of the four steps in which Secrets Manager rotates a token secret by hand. Any of them may
 * be repeated. The status tag is left alone: it tells how the rotator's own renewals are doing.
 *
 * @throws RotatorError; what is AWSCURRENT is then unharmed
 */
export async function rotate(run: Run, rotation: Rotation): Promise<CredentialOutcome> {
  const { credential, step } = rotation;
  try {
    const { did, token, isCurrent = false } = await carryOut(run, rotation);
    const expiresAt = token === undefined ? undefined : formatInstant(token.expiresAt);
    run.log.info(did, { credential, step, expires_at: expiresAt });
    return {
      credential,
      outcome: isCurrent ? 'renewed' : 'kept',
      ...(token !== undefined && isCurrent ? { token } : {}),
      failing: false,
      began: false,
    };
  } catch (thrown) {
    const error = asRotatorError(thrown);
    logFailure(run.log, { credential, outcome: 'failed', error, failing: true, began: true }, step);
    throw error;
  }
}

async function carryOut(run: Run, rotation: Rotation): Promise<StepDone> {
  const { credential, step, secretId, versionId } = rotation;
  const secret = await describe(run, rotation);
  if (secret.currentVersionId === versionId) {
    // What finishSecret did not get to after the label that counts.
    const unfinished = step === 'finishSecret' && secret.pendingVersionId === versionId;
    if (unfinished) await removePending(run, { secretId, versionId });
    return { did: 'the version is AWSCURRENT already' };
  }
  if (secret.pendingVersionId !== versionId) {
    throw new RotatorError(
      'ERR_ROTATION_NOT_PENDING',
      `version ${versionId} of ${secretNames(run.config, credential).token} is not AWSPENDING, as ` +
        'after a renewal that came between; start the rotation again',
    );
  }
  switch (step) {
    case 'createSecret':
      return await createSecret(run, rotation, secret);
    case 'setSecret':
      return { did: 'there is nothing to set: IMS knows the token' };
    case 'testSecret':
      return await testSecret(run, rotation, secret);
    case 'finishSecret':
      return await finishSecret(run, rotation, secret);
  }
}

async function describe(run: Run, { credential, secretId }: Rotation): Promise<SecretMetadata> {
  const secret = await withRetries(run, readLimits, () =>
    run.secrets.describe(secretId, run.signal),
  );
  // The replica of a secret of another Region can be read, and not written.
  if (secret === undefined || isReplica(secret, run.config.region)) {
    throw keptError('token-secret-missing', secretNames(run.config, credential));
  }
  return secret;
}
