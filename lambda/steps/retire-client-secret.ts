// In: a credential whose token was just renewed. Deletes the client secret that its rotation retired.
import {
  isGraceOver,
  isStuck,
  type RotationState,
  readRotationState,
  retiredNow,
  unnotedRetirement,
} from '../../core/client-secret-rotation.ts';
import { type UnderstoodCredential, understandCredential } from '../../core/credential.ts';
import { asRotatorError } from '../../core/errors.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import { addRequest, spentBudget } from '../../core/mint-budget.ts';
import type { Observation } from '../../core/observation.ts';
import { hasOpenAnswer } from '../../core/open-answer.ts';
import type { SecretValue } from '../../core/ports.ts';
import { judgeRetired } from '../../core/retired-secret.ts';
import { secretNames } from '../../core/secret-name.ts';
import { readSettings } from '../../core/token-tags.ts';
import { askAboutRetired } from './ask-about-retired.ts';
import { assertUnchanged } from './assert-unchanged.ts';
import { budget, retirementSeconds } from './budget.ts';
import type { Gathered } from './gather.ts';
import { deleteSecret, listSecrets, manage } from './manage-client-secrets.ts';
import { noteRotation } from './note-rotation.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

interface Renewed {
  readonly credential: string;
  readonly secret: SecretMetadata;
  readonly client: SecretValue;
  readonly observation: Observation;
  readonly understood: UnderstoodCredential;
}

/**
 * The renewal has read the credential and proved its client secret, so it does what a rotation leaves
 * for later. A failure only warns, and the next renewal tries again. The value is not rewritten: the
 * next rotation drops the entry.
 */
export async function retireClientSecret(run: Run, gathered: Gathered): Promise<void> {
  const { credential, secret, client, observation } = gathered;
  if (secret === undefined || client === undefined || observation === undefined) return;
  if (run.config.clientSecrets.has(credential)) return;
  try {
    const understood = understandCredential(client.text.reveal(), readSettings(secret.tags));
    await retire(run, { credential, secret, client, observation, understood });
  } catch (thrown) {
    const { code, message } = asRotatorError(thrown);
    run.log.warn('the retired client secret could not be deleted', {
      credential,
      code,
      why: message,
    });
  }
}

async function retire(run: Run, renewed: Renewed): Promise<void> {
  const { client, credential, understood } = renewed;
  const names = secretNames(run.config, credential);
  const described = await withRetries(run, budget.read, () =>
    run.secrets.describe(names.client, run.signal),
  );
  // Whoever stored another credential meanwhile knows better.
  if (described?.currentVersionId !== client.versionId) return;
  // Its note alone shows what is left to do.
  if (hasOpenAnswer(described)) return;
  const unnoted = unnotedRetirement(understood.entries, described.tags, client.versionId);
  if (unnoted !== undefined) {
    await noteRotation(run, client.arn, retiredNow(unnoted, run.now(), client.versionId));
    return;
  }
  const state = readRotationState(described.tags);
  if (state.kind === 'retired' && isGraceOver(state, run.now())) {
    await remove(run, renewed, state, described);
  }
}

const stays = 'the retired client secret stays at Adobe';
const isAnother =
  'IMS rejects the retired client secret, so that the one at Adobe is another one, and stays';

async function remove(
  run: Run,
  { credential, secret, client, observation, understood }: Renewed,
  state: Extract<RotationState, { kind: 'retired' }>,
  { currentVersionId, tags = {}, rotatedAt }: SecretMetadata,
): Promise<void> {
  const requested = addRequest(observation.requested, run.now());
  // The Console's token first, then the question about the retired one.
  const isAffordable =
    spentBudget({ ...observation, requested: addRequest(requested, run.now()) }) === undefined;
  const fields = { credential, client_secret_uuid: state.uuid };
  if (!isAffordable || run.remaining() < retirementSeconds) {
    const why = isAffordable ? 'no time is left' : 'its budget of token requests is spent';
    if (isStuck(state, run.now())) run.log.warn(stays, { ...fields, why });
    return;
  }
  // A use of the retired secret would keep it for ever.
  const inUse = understood.entries.filter(({ retiredAt }) => retiredAt === undefined);
  const tried = inUse.map((entry) => entry.secret);
  if (tried.length === 0) {
    const why = 'the stored credential has none that is not retired';
    run.log.warn(stays, { ...fields, why });
    return;
  }
  const recorded = { credential, secretId: secret.arn, requested };
  const management = await manage(run, understood.credential, recorded, tried);
  const listed = await listSecrets(run, management);
  const stored = { entries: understood.entries, accepted: inUse[management.position - 1] };
  const times = { now: run.now(), storedAt: client.createdAt, rotatedAt };
  const removal = judgeRetired(state, listed, stored, times);
  if (removal.kind === 'wait') {
    run.log.warn(stays, { ...fields, why: removal.why });
    return;
  }
  if (removal.kind === 'remove') {
    const judged = { currentVersionId, tags };
    const subject = { secretId: client.arn, judged, understood, observation, recorded };
    const proved = await askAboutRetired(run, subject, state);
    if (proved === undefined) run.log.warn(isAnother, fields);
    else {
      const check = () => assertUnchanged(run, client.arn, proved);
      await deleteSecret(run, management, state.uuid, check);
      run.log.info('the retired client secret is deleted at Adobe', fields);
    }
  }
  await noteEnd(run, client.arn, state.uuid);
}

/**
 * Adobe has room again, so a rotation may have begun meanwhile: its tag must stay, because a run that
 * is cut short leaves nothing else to recognise its secret by. Tags have no compare-and-set. A
 * rotation that writes its tag between this read and this write loses it; if it is then cut short
 * before its secret is stored, the next one stops with ERR_CLIENT_SECRET_LIMIT and deletes nothing.
 */
async function noteEnd(run: Run, secretId: string, uuid: string): Promise<void> {
  const described = await withRetries(run, budget.read, () =>
    run.secrets.describe(secretId, run.signal),
  );
  const state = readRotationState(described?.tags);
  if (state.kind !== 'retired' || state.uuid !== uuid) return;
  await noteRotation(run, secretId, { kind: 'none' });
}
