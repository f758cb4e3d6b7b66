// In: a client secret that may be deleted because it is retired. Out: whether IMS still accepts its stored value.
import {
  formatRotationState,
  type Retired,
  type RotationState,
} from '../../core/client-secret-rotation.ts';
import { rejectsClientSecret } from '../../core/client-secrets.ts';
import { consoleScopes } from '../../core/console-secrets.ts';
import { tagKeys } from '../../core/contract.ts';
import type { UnderstoodCredential } from '../../core/credential.ts';
import { spentError } from '../../core/kept-error.ts';
import { addRequest, spentBudget } from '../../core/mint-budget.ts';
import type { Observation } from '../../core/observation.ts';
import { secretNames } from '../../core/secret-name.ts';
import { assertUnchanged, type Judged } from './assert-unchanged.ts';
import { mint } from './mint.ts';
import { noteRotation } from './note-rotation.ts';
import type { Recorded } from './record-request.ts';
import type { Run } from './run.ts';

interface Subject {
  /** The client secret's ARN. */
  readonly secretId: string;
  readonly judged: Judged;
  readonly understood: UnderstoodCredential;
  /** As before the request that got the list. */
  readonly observation: Observation;
  readonly recorded: Recorded;
}

/**
 * Adobe has no more than two client secrets, so that a value which IMS accepts beside its successor's is the
 * other one. Adobe tells of the question as of any use, so it is noted first.
 *
 * @returns what is noted now; undefined if IMS rejects the value, so that Adobe lists another one
 * @throws RotatorError ERR_MINT_BUDGET_SPENT when IMS may not be asked now
 */
export async function askAboutRetired(
  run: Run,
  { secretId, judged, understood, observation, recorded }: Subject,
  retired: Retired,
): Promise<Judged | undefined> {
  const { credential, entries } = understood;
  const tried = entries.flatMap((one) => (one.uuid === retired.uuid ? one.secret : []));
  const requested = addRequest(recorded.requested, run.now());
  const spent = spentBudget({ ...observation, requested });
  if (spent !== undefined) throw spentError(spent, secretNames(run.config, recorded.credential));
  await assertUnchanged(run, secretId, judged);
  const asked: RotationState = { ...retired, askedAt: run.now() };
  await noteRotation(run, secretId, asked);
  try {
    const asking = { ...credential, scopes: consoleScopes };
    await mint({ ...run, ...run.managing }, asking, { ...recorded, requested }, tried);
  } catch (error) {
    if (rejectsClientSecret(error)) return undefined;
    throw error;
  }
  return { ...judged, tags: { ...judged.tags, [tagKeys.rotation]: formatRotationState(asked) } };
}
