// In: a rotation and its token secret. Out: the work that one step did.
import { parseCredential } from '../../core/credential.ts';
import { RotatorError } from '../../core/errors.ts';
import { keptError, spentError } from '../../core/kept-error.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import { spentBudget } from '../../core/mint-budget.ts';
import type { Observation } from '../../core/observation.ts';
import type { TokenLife } from '../../core/outcome.ts';
import type { NewVersion, SecretValue } from '../../core/ports.ts';
import { judgePending, type Replaced, type Rotation } from '../../core/rotation.ts';
import { secretNames } from '../../core/secret-name.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { encodeStoredToken, type PendingToken } from '../../core/stored-token.ts';
import type { IssuedToken } from '../../core/token-response.ts';
import { fingerprint, readSettings } from '../../core/token-tags.ts';
import { budget } from './budget.ts';
import { mint } from './mint.ts';
import { observe } from './observe.ts';
import type { Run } from './run.ts';
import { moveCurrent, removePending, tryRemovePending } from './staging-labels.ts';
import { validateToken } from './validate-token.ts';
import { warnOfReplicas } from './warn-of-replicas.ts';
import { warnOfToken } from './warn-of-token.ts';
import { withRetries } from './with-retries.ts';

/** The work of a step, for the log. */
export interface StepDone {
  readonly did: string;
  /** The pending token. */
  readonly token?: TokenLife | undefined;
  /** The step made the pending token the current one. */
  readonly isCurrent?: boolean | undefined;
}

/**
 * In: a rotation, and its token secret. Out: the work done.
 *
 * Mints a token into the pending version, unless that has one already.
 */
export async function createSecret(
  run: Run,
  rotation: Rotation,
  secret: SecretMetadata,
): Promise<StepDone> {
  const observation = await observeCurrent(run, rotation, secret);
  const value = await readPending(run, rotation);
  if (value !== undefined) {
    const token = await usableToken(run, rotation, value, observation);
    return { did: 'the pending version already has its token', token: lifeOf(token) };
  }
  const { token, secretString } = await mintPending(run, rotation, secret, observation);
  const { secretId, versionId, rotationToken } = rotation;
  await store(run, { secretId, versionId, secretString, pending: { rotationToken } });
  warnOfToken(run, rotation.credential, token);
  warnOfReplicas(run, rotation.credential, secret);
  return { did: 'a pending token is stored', token };
}

/** Checks the pending token: its shape, its expiry, and that IMS accepts it. */
export async function testSecret(
  run: Run,
  rotation: Rotation,
  secret: SecretMetadata,
): Promise<StepDone> {
  const value = await readPending(run, rotation);
  // Secrets Manager calls this step alone when rotation is switched on.
  if (value === undefined) return { did: 'nothing to test: the version has no value' };
  if (await isCopyOfCurrent(run, rotation, value)) {
    return { did: 'nothing to test: the version is a copy of the current one' };
  }
  const observation = await observe(run, rotation.credential, secret, undefined);
  const token = await usableToken(run, rotation, value, observation);
  try {
    await validateToken(run, token);
  } catch (error) {
    const isRejected = error instanceof RotatorError && error.code === 'ERR_TOKEN_INVALID';
    // The version cannot get another token, so retrying the rotation would never succeed.
    if (isRejected) await tryRemovePending(run, rotation.credential, rotation);
    throw error;
  }
  return { did: 'IMS accepts the pending token', token: lifeOf(token) };
}

/** Makes the pending version the current one. */
export async function finishSecret(
  run: Run,
  rotation: Rotation,
  secret: SecretMetadata,
): Promise<StepDone> {
  const { secretId, versionId } = rotation;
  const client = await readClient(run, rotation.credential);
  const observation = await observeCurrent(run, rotation, secret, client);
  const value = await readPending(run, rotation);
  if (value === undefined) {
    const { token: name } = secretNames(run.config, rotation.credential);
    throw new RotatorError(
      'ERR_ROTATION_NOT_PENDING',
      `version ${versionId} of ${name} has no value, because createSecret did not run; ` +
        'start the rotation again',
    );
  }
  const mintedFrom =
    client && ((version = '') => fingerprint(run.digest, client.arn, version, secret.tags));
  const token = await usableToken(run, rotation, value, { ...observation, mintedFrom });
  await moveCurrent(run, { secretId, versionId, from: secret.currentVersionId });
  // If it stayed, it would be left behind when AWSCURRENT moves on, and RotateSecret would refuse.
  await removePending(run, { secretId, versionId });
  return { did: 'rotated', token: lifeOf(token), isCurrent: true };
}

/** The secret whose token the rotation replaces. @throws RotatorError if it must not */
async function observeCurrent(
  run: Run,
  { credential }: Rotation,
  secret: SecretMetadata,
  client?: SecretValue,
): Promise<Observation> {
  const names = secretNames(run.config, credential);
  const observation = await observe(run, credential, secret, client);
  const { paused, token } = observation;
  if (paused) throw keptError('paused', names);
  // The first version of a secret is AWSCURRENT at once, before any step has tested it.
  if (token === 'empty') {
    throw new RotatorError(
      'ERR_ROTATION_NEEDS_FIRST_TOKEN',
      `${names.token} has no token yet, and a rotation can only replace one; renew ${credential} first`,
    );
  }
  return observation;
}

/**
 * When rotation is switched on without rotating at once, Secrets Manager has testSecret run on a
 * throw-away version that holds the current value.
 */
async function isCopyOfCurrent(
  run: Run,
  { secretId }: Rotation,
  { secretString }: SecretValue,
): Promise<boolean> {
  const current = await withRetries(run, budget.read, () => run.secrets.read(secretId, run.signal));
  return current?.secretString.reveal() === secretString.reveal();
}

async function readPending(
  run: Run,
  { secretId, versionId }: Rotation,
): Promise<SecretValue | undefined> {
  return await withRetries(run, budget.read, () =>
    run.secrets.readVersion({ secretId, versionId }, run.signal),
  );
}

async function usableToken(
  run: Run,
  { credential, secretId, versionId }: Rotation,
  value: SecretValue,
  replaced: Replaced,
): Promise<PendingToken> {
  const judged = judgePending(value.secretString.reveal(), replaced, run.now());
  if ('token' in judged) return judged.token;
  await tryRemovePending(run, credential, { secretId, versionId });
  throw new RotatorError(
    'ERR_ROTATION_STALE',
    `version ${versionId} of ${secretNames(run.config, credential).token} ${judged.stale}; ` +
      'start the rotation again',
  );
}

async function mintPending(
  run: Run,
  { credential }: Rotation,
  secret: SecretMetadata,
  observation: Observation,
): Promise<{ readonly token: IssuedToken; readonly secretString: Sensitive }> {
  const names = secretNames(run.config, credential);
  const spent = spentBudget(observation);
  if (spent !== undefined) throw spentError(spent, names);
  const client = await readClient(run, credential);
  if (client === undefined) throw keptError('credential-missing', names);
  const parsed = parseCredential(client.text.reveal(), readSettings(secret.tags));
  const { requested } = observation;
  const { token } = await mint(run, parsed, { credential, secretId: secret.arn, requested });
  const secretString = new Sensitive(encodeStoredToken(token, parsed, client.versionId));
  return { token, secretString };
}

async function readClient(run: Run, credential: string): Promise<SecretValue | undefined> {
  const { client } = secretNames(run.config, credential);
  return await withRetries(run, budget.read, () => run.secrets.read(client, run.signal));
}

async function store(run: Run, version: NewVersion): Promise<void> {
  try {
    await withRetries(run, budget.put, () => run.secrets.put(version, run.signal));
  } catch (error) {
    // The same step ran twice at once, and the other run was faster.
    if (!(error instanceof RotatorError && error.code === 'ERR_VERSION_EXISTS')) throw error;
  }
}

function lifeOf({ issuedAt, expiresAt }: PendingToken): TokenLife {
  return { expiresAt, lifetime: expiresAt - issuedAt };
}
