// In: the rotation of a client secret. Out: the certainty that IMS accepts the pending one.
import type { UnderstoodCredential } from '../../core/credential.ts';
import { RotatorError, TokenRequestError } from '../../core/errors.ts';
import { keptError } from '../../core/kept-error.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import { addRequest } from '../../core/mint-budget.ts';
import type { Rotation } from '../../core/rotation.ts';
import { secretNames } from '../../core/secret-name.ts';
import { budget } from './budget.ts';
import { listSecrets, manage } from './manage-client-secrets.ts';
import { mint } from './mint.ts';
import { noteUse } from './note-rotation.ts';
import { assertBudget, type RotatedCredential, readRotated } from './read-rotated.ts';
import type { Recorded } from './record-request.ts';
import type { StepDone } from './rotation-steps.ts';
import type { Run } from './run.ts';
import { giveUp, usablePending } from './usable-pending.ts';
import { validateToken } from './validate-token.ts';
import { withRetries } from './with-retries.ts';

/** Mints a token with the pending client secret alone, and has IMS validate it. It is stored nowhere. */
export async function testClientSecret(
  run: Run,
  rotation: Rotation,
  client: SecretMetadata,
): Promise<StepDone> {
  const nothing = await nothingToTest(run, rotation);
  if (nothing !== undefined) return { did: `nothing to test: ${nothing}` };
  const { credential } = rotation;
  const rotated = await readRotated(run, rotation, client);
  const { observation, pending: value } = rotated;
  if (observation.paused) throw keptError('paused', secretNames(run.config, credential));
  if (value === undefined) return { did: 'nothing to test: the version has no value' };
  const pending = await usablePending(run, rotation, rotated, value);
  assertBudget(run, credential, observation);
  await noteUse(run, rotation, pending);
  try {
    await mintAndValidate(run, pending, rotated.recorded);
  } catch (error) {
    // Retrying would never succeed: the version cannot get another secret.
    if (isRejection(error) && (await isGone(run, pending, rotated))) await giveUp(run, rotation);
    throw error;
  }
  return { did: 'IMS accepts the pending client secret' };
}

/** Secrets Manager calls this step alone when rotation is switched on, for a throw-away version. */
async function nothingToTest(
  run: Run,
  { secretId, versionId }: Rotation,
): Promise<string | undefined> {
  const pending = await withRetries(run, budget.read, () =>
    run.secrets.readVersion({ secretId, versionId }, run.signal),
  );
  if (pending === undefined) return 'the version has no value';
  // One after the other, so that neither is left running when the other one fails.
  const current = await withRetries(run, budget.read, () => run.secrets.read(secretId, run.signal));
  const isCopy = current?.text.reveal() === pending.text.reveal();
  return isCopy ? 'the version is a copy of the current one' : undefined;
}

async function mintAndValidate(
  run: Run,
  { credential, entries }: UnderstoodCredential,
  recorded: Recorded,
): Promise<void> {
  const tried = entries.slice(0, 1).map(({ secret }) => secret);
  const { token } = await mint(run, credential, recorded, tried);
  await validateToken(run, { ...credential, accessToken: token.accessToken });
}

function isRejection(error: unknown): boolean {
  return error instanceof TokenRequestError && error.code === 'ERR_TOKEN_REJECTED';
}

/** True if somebody deleted the pending secret at Adobe. IMS may reject a new one for other reasons. */
async function isGone(
  run: Run,
  { credential, entries }: UnderstoodCredential,
  { observation, recorded }: RotatedCredential,
): Promise<boolean> {
  const [added, ...others] = entries;
  const requested = addRequest(observation.requested, run.now());
  try {
    assertBudget(run, recorded.credential, { ...observation, requested });
    const tried = others.map(({ secret }) => secret);
    const management = await manage(run, credential, { ...recorded, requested }, tried);
    const listed = await listSecrets(run, management);
    return listed.every(({ uuid }) => uuid !== added?.uuid);
  } catch (error) {
    if (error instanceof RotatorError) return false;
    throw error;
  }
}
