// In: the rotation of a client secret. Out: everything that its steps decide from.
import { type UnderstoodCredential, understandCredential } from '../../core/credential.ts';
import { keptError, spentError } from '../../core/kept-error.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import type { Observation } from '../../core/observation.ts';
import type { SecretValue } from '../../core/ports.ts';
import type { Rotation } from '../../core/rotation.ts';
import { spentForRotation } from '../../core/rotation-budget.ts';
import { secretNames } from '../../core/secret-name.ts';
import { type CredentialSettings, readSettings } from '../../core/token-tags.ts';
import { budget } from './budget.ts';
import { observeMetadataOf } from './observe.ts';
import type { Recorded } from './record-request.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

export interface RotatedCredential {
  readonly client: SecretMetadata;
  /** Of the token secret, which has the credential's settings and its budget of requests. */
  readonly observation: Observation;
  readonly settings: CredentialSettings;
  readonly recorded: Recorded;
  /** The value of AWSCURRENT. */
  readonly value: SecretValue;
  readonly current: UnderstoodCredential;
  /** The value of the version that the rotation creates; undefined before createSecret. */
  readonly pending: SecretValue | undefined;
}

/** @throws RotatorError when the credential, or its token secret, is missing or unreadable */
export async function readRotated(
  run: Run,
  { credential, secretId, versionId }: Rotation,
  client: SecretMetadata,
): Promise<RotatedCredential> {
  const names = secretNames(run.config, credential);
  const read = <Output>(call: () => Promise<Output>): Promise<Output> =>
    withRetries(run, budget.read, call);
  const token = await read(() => run.secrets.describe(names.token, run.signal));
  if (token === undefined) throw keptError('token-secret-missing', names);
  const value = await read(() => run.secrets.read(secretId, run.signal));
  if (value === undefined) throw keptError('credential-missing', names);
  const pending = await read(() => run.secrets.readVersion({ secretId, versionId }, run.signal));
  const observation = observeMetadataOf(run, credential, token, value);
  const settings = readSettings(token.tags);
  const current = understandCredential(value.text.reveal(), settings);
  const recorded = { credential, secretId: token.arn, requested: observation.requested };
  return { client, observation, settings, recorded, value, current, pending };
}

/**
 * @param isTwice the step may have to ask twice
 * @throws RotatorError ERR_MINT_BUDGET_SPENT when no token may be requested now
 */
export function assertBudget(
  run: Run,
  credential: string,
  observation: Observation,
  isTwice = false,
): void {
  const spent = spentForRotation(observation, isTwice);
  if (spent !== undefined) throw spentError(spent, secretNames(run.config, credential));
}
