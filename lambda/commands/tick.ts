import pMap from 'p-map';
import { unforced } from '../../core/decision.ts';
import { inOrder } from '../../core/order.ts';
import { type CredentialOutcome, outcomeOf } from '../../core/outcome.ts';
import type { Gathered } from '../steps/gather.ts';
import { listCredentials, needsWork } from '../steps/list-credentials.ts';
import { renewCredential } from '../steps/renew-credential.ts';
import type { Run } from '../steps/run.ts';

/** In: the list of secrets. Out: every credential's outcome, after each token that is due is renewed. */
export async function tick(run: Run): Promise<readonly CredentialOutcome[]> {
  const due: Gathered[] = [];
  const idle: CredentialOutcome[] = [];
  for await (const nomination of listCredentials(run)) {
    const { listed, decision } = nomination;
    const { credential, observation } = listed;
    if (needsWork(nomination)) due.push(listed);
    else idle.push(outcomeOf(credential, observation, decision, { kind: 'kept' }));
  }
  const done = await pMap(
    inOrder(due),
    (listed) => renewCredential(run, listed.credential, unforced, listed),
    { concurrency: run.config.concurrency },
  );
  return [...done, ...idle];
}
