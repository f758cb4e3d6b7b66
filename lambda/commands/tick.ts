import pMap from 'p-map';
import { needsWork, unforced } from '../../core/decision.ts';
import { outcomeOf } from '../../core/outcome.ts';
import { hasStatus } from '../../core/status.ts';
import { DueList } from '../steps/due-list.ts';
import { listCredentials } from '../steps/list-credentials.ts';
import { renewCredential } from '../steps/renew-credential.ts';
import type { Report, Run } from '../steps/run.ts';

/**
 * In: the list of secrets. Reports every credential's outcome, after each token that is due is renewed.
 *
 * Nothing is renewed before the whole list is read, and nothing is kept of a credential that is idle.
 */
export async function tick(run: Run, report: Report): Promise<void> {
  const due = new DueList(run);
  for await (const { listed, decision } of listCredentials(run)) {
    const { credential, secret, observation } = listed;
    if (needsWork(decision, observation, hasStatus(secret?.tags))) due.add(listed);
    else report(outcomeOf(credential, observation, decision, { kind: 'kept' }));
  }
  await pMap(
    due.take(),
    async ({ place, ...listed }) => {
      report(await renewCredential(run, listed.credential, unforced, listed), place);
    },
    { concurrency: run.config.concurrency },
  );
}
