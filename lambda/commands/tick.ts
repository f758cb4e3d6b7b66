import pMap from 'p-map';
import { needsWork, unforced } from '../../core/decision.ts';
import { inOrder } from '../../core/order.ts';
import { type CredentialOutcome, outcomeOf } from '../../core/outcome.ts';
import type { Shard } from '../../core/shard.ts';
import { hasStatus } from '../../core/status.ts';
import type { Gathered } from '../steps/gather.ts';
import { listCredentials } from '../steps/list-credentials.ts';
import type { Run } from '../steps/run.ts';

/**
 * In: the list of secrets, or a shard of it. Out: every credential's outcome, after each token that is
 * due is renewed.
 */
export async function tick(run: Run, shard?: Shard): Promise<readonly CredentialOutcome[]> {
  const due: Gathered[] = [];
  const idle: CredentialOutcome[] = [];
  for await (const { listed, decision } of listCredentials(run, shard)) {
    const { credential, secret, observation } = listed;
    if (needsWork(decision, observation, hasStatus(secret?.tags))) due.push(listed);
    else idle.push(outcomeOf(credential, observation, decision, { kind: 'kept' }));
  }
  if (due.length === 0) return idle;
  const { renewCredential } = await import('../on-demand.ts');
  const done = await pMap(
    inOrder(due),
    (listed) => renewCredential(run, listed.credential, unforced, listed),
    { concurrency: run.config.concurrency },
  );
  return [...done, ...idle];
}
