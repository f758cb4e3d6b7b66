import { decide } from '../../core/decision.ts';
import { keptError } from '../../core/kept-error.ts';
import { type Acted, type CredentialOutcome, outcomeOf } from '../../core/outcome.ts';
import { secretNames } from '../../core/secret-name.ts';
import { type Gathered, look } from '../steps/gather.ts';
import { listCredentials } from '../steps/list-credentials.ts';
import type { Run } from '../steps/run.ts';

/** In: the list of secrets. Out: what a tick would do, as outcomes; nothing is changed. */
export async function status(run: Run): Promise<readonly CredentialOutcome[]> {
  const outcomes: CredentialOutcome[] = [];
  for await (const { listed } of listCredentials(run)) {
    const isUnread = listed.observation?.token === 'unread';
    outcomes.push(preview(run, isUnread ? await look(run, listed) : listed));
  }
  return outcomes;
}

function preview(run: Run, { credential, observation, error }: Gathered): CredentialOutcome {
  const decision = observation && decide(observation);
  const names = secretNames(run.config, credential);
  const refusal = decision?.failing === true ? keptError(decision.reason, names) : undefined;
  const failure = error ?? refusal;
  const due: Acted = { kind: decision?.action === 'keep' ? 'kept' : 'due' };
  const acted: Acted = failure === undefined ? due : { kind: 'failed', error: failure };
  return outcomeOf(credential, observation, decision, acted);
}
