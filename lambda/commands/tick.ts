import pMap from 'p-map';
import { decide, needsWork, unforced } from '../../core/decision.ts';
import { type CredentialOutcome, outcomeOf } from '../../core/outcome.ts';
import type { Shard } from '../../core/shard.ts';
import { hasStatus } from '../../core/status.ts';
import { DueList } from '../steps/due-list.ts';
import type { Gathered } from '../steps/gather.ts';
import { listCredentials } from '../steps/list-credentials.ts';
import type { Report, Run } from '../steps/run.ts';
import { noTimeLeft } from '../steps/with-retries.ts';

/**
 * In: the list of secrets, or a shard of it. Reports every credential's outcome, after each token
 * that is due is renewed.
 *
 * Nothing is renewed before the whole list is read, and nothing is kept of a credential that is idle.
 */
export async function tick(run: Run, report: Report, shard?: Shard): Promise<void> {
  const due = new DueList(run, (listed) => report(outcomeOfLate(listed)));
  for await (const { listed, decision } of listCredentials(run, shard)) {
    const { credential, secret, observation, clientProgress } = listed;
    if (needsWork(decision, observation, hasStatus(secret?.tags))) due.add(listed);
    else {
      const kept = outcomeOf(credential, observation, decision, { kind: 'kept' });
      report({ ...kept, clientProgress });
    }
  }
  if (due.isEmpty) return;
  const { renewCredential } = await import('../on-demand.ts');
  await pMap(
    due.take(),
    async ({ place, ...listed }) => {
      report(await renewCredential(run, listed.credential, unforced, listed), place);
    },
    { concurrency: run.config.concurrency },
  );
}

function outcomeOfLate({ credential, observation, clientProgress }: Gathered): CredentialOutcome {
  const decision = observation && decide(observation);
  const late = outcomeOf(credential, observation, decision, {
    kind: 'failed',
    error: noTimeLeft(),
  });
  return { ...late, clientProgress };
}
