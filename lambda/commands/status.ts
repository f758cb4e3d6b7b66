import { decide } from '../../core/decision.ts';
import { keptError } from '../../core/kept-error.ts';
import { type Acted, type CredentialOutcome, outcomeOf } from '../../core/outcome.ts';
import { secretNames } from '../../core/secret-name.ts';
import { type Gathered, gather, look } from '../steps/gather.ts';
import { listCredentials, type Nomination } from '../steps/list-credentials.ts';
import { forOneCredential, type Report, type Run } from '../steps/run.ts';

/** In: the list of secrets. Reports what a tick would do, as outcomes; nothing is changed. */
export async function status(run: Run, report: Report): Promise<void> {
  for await (const nomination of listCredentials(run)) {
    report(preview(run, await lookCloser(forOneCredential(run), nomination)));
  }
}

/** Values are read where metadata cannot tell. */
async function lookCloser(run: Run, { listed, decision }: Nomination): Promise<Gathered> {
  if (decision.reason === 'credential-changed') return await gather(run, listed.credential, listed);
  return listed.observation?.token === 'unread' ? await look(run, listed) : listed;
}

function preview(run: Run, { credential, observation, error }: Gathered): CredentialOutcome {
  const decision = observation && decide(observation);
  const names = secretNames(run.config, credential);
  const refusal =
    decision?.needsAction === true ? keptError(decision.reason, names, decision.spent) : undefined;
  const failure = error ?? refusal;
  const due: Acted = { kind: decision?.action === 'keep' ? 'kept' : 'due' };
  const acted: Acted = failure === undefined ? due : { kind: 'failed', error: failure };
  return outcomeOf(credential, observation, decision, acted);
}
