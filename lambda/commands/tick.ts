import pMap from 'p-map';
import { tagKeys } from '../../core/contract.ts';
import { decide, isSettled } from '../../core/decision.ts';
import { asRotatorError } from '../../core/errors.ts';
import { type LedgerEntry, type SecretMetadata, takePairs } from '../../core/ledger.ts';
import { versionOf } from '../../core/observation.ts';
import { inOrder } from '../../core/order.ts';
import type { CredentialOutcome } from '../../core/run-result.ts';
import { okStatus } from '../../core/status.ts';
import { listedObservation, observe, readLimits } from '../steps/observe.ts';
import type { Sight } from '../steps/remember.ts';
import { keptOutcome, lookAndRenew, renewCredential } from '../steps/renew-credential.ts';
import type { Run } from '../steps/run.ts';
import { withRetries } from '../steps/with-retries.ts';

// In the properties of one EMF line.
const mostNames = 10;
const listLimits = { attempts: 5, reserve: 60 };

/** Renews every token of the rotator that is due. */
export async function tick(run: Run): Promise<readonly CredentialOutcome[]> {
  const { concurrency } = run.config;
  const nominations = await nominateAll(run, listedObservation);
  const idle = nominations.filter(({ work }) => work === undefined);
  const due = inOrder(nominations.flatMap(({ work }) => (work === undefined ? [] : [work])));
  const done = await pMap(due, ({ act }) => act(), { concurrency });
  const outcomes = [...done, ...idle.map(({ outcome }) => outcome)];
  measure(run, outcomes);
  return outcomes;
}

/** Decides for every credential of the rotator and changes nothing; `due` would be renewed. */
export async function status(run: Run): Promise<readonly CredentialOutcome[]> {
  return (await nominateAll(run, observe)).map(({ outcome }) => outcome);
}

/** Values are read one by one as their turn comes, unless nothing else is to be done. */
type See = typeof observe | typeof listedObservation;

/** What the list shows of one credential, and what is to be done about it. */
interface Nomination {
  /** If nothing is done. */
  readonly outcome: CredentialOutcome;
  readonly work?: { readonly sight: Sight; readonly act: () => Promise<CredentialOutcome> };
}

/** Pages are reduced as they come: of what is idle, no more is kept than its outcome. */
async function nominateAll(run: Run, see: See): Promise<readonly Nomination[]> {
  const { prefix, region, clientSecrets } = run.config;
  // What is declared is looked at, whether the list shows it or not.
  const ledger = new Map<string, LedgerEntry>([...clientSecrets.keys()].map((name) => [name, {}]));
  const nominations: Nomination[] = [];
  const nominateEach = async (entries: Iterable<[string, LedgerEntry]>): Promise<void> => {
    for (const [credential, entry] of entries) {
      nominations.push(await nominate(run, see, credential, entry));
    }
  };
  let nextToken: string | undefined;
  do {
    const page = await withRetries(run, listLimits, () =>
      run.secrets.listPage(`${prefix}/`, nextToken, run.signal),
    );
    await nominateEach(takePairs(ledger, page.rows, { prefix, region }));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  await nominateEach(ledger);
  return nominations;
}

async function nominate(
  run: Run,
  see: See,
  credential: string,
  { client: listed, token: secret }: LedgerEntry,
): Promise<Nomination> {
  let sight: Sight = { secret };
  const renew = (): Promise<CredentialOutcome> =>
    renewCredential(run, credential, { force: false }, sight);
  try {
    const client = versionOf(await elsewhere(run, credential, listed));
    const observation = await see(run, secret, client);
    const decision = decide(observation);
    const seen = { secret, observation, decision };
    sight = seen;
    const outcome = keptOutcome(run, credential, seen);
    const look = (): Promise<CredentialOutcome> => lookAndRenew(run, credential, seen, client);
    const unread = observation.token === 'unread';
    if (decision.action === 'renew') {
      const act = unread ? look : renew;
      return { outcome: { ...outcome, outcome: 'due' }, work: { sight, act } };
    }
    // While it waits, the token has an end all the same, of which somebody has to be told in time;
    // unless it waits because the value cannot be read.
    const readable = observation.failure?.code.startsWith('ERR_SECRET_') !== true;
    if (unread && decision.reason === 'backing-off' && readable) {
      return { outcome, work: { sight, act: look } };
    }
    // The list may be old: what it shows to be missing, or to be over, is looked at before it is said.
    const stale = (secret?.tags[tagKeys.status] ?? okStatus) !== okStatus;
    const unsure = decision.failing || (stale && isSettled(decision.reason));
    return unsure ? { outcome, work: { sight, act: renew } } : { outcome };
  } catch (thrown) {
    const error = asRotatorError(thrown);
    const outcome = { credential, outcome: 'failed', error, failing: true, began: true } as const;
    return { outcome, work: { sight, act: renew } };
  }
}

/** A client secret that lives elsewhere is not in the list: it takes a call of its own. */
async function elsewhere(
  run: Run,
  credential: string,
  listed: SecretMetadata | undefined,
): Promise<SecretMetadata | undefined> {
  const arn = run.config.clientSecrets.get(credential);
  if (arn === undefined) return listed;
  return await withRetries(run, readLimits, () => run.secrets.describe(arn, run.signal));
}

/** Only here, after the whole list was read and decided: a partial list says nothing. */
function measure(run: Run, outcomes: readonly CredentialOutcome[]): void {
  const now = run.now();
  const failing = outcomes.filter((outcome) => outcome.failing);
  run.metrics.add('Ticks', 1);
  run.metrics.add('Managed', outcomes.length);
  run.metrics.add('Failing', failing.length);
  if (failing.length > 0) {
    const names = failing.slice(0, mostNames).map(({ credential }) => credential);
    run.metrics.tell('failing_credentials', names.join(' '));
  }
  const lives = outcomes.flatMap(({ credential, reason, token }) => {
    if (token === undefined || reason === 'paused') return [];
    const seconds = token.expiresAt - now;
    return [{ credential, seconds, percent: (seconds / token.lifetime) * 100 }];
  });
  const [first, ...others] = lives;
  if (first === undefined) return;
  const least = others.reduce((a, b) => (b.percent < a.percent ? b : a), first);
  run.metrics.add('MinLifeLeft', least.percent);
  run.metrics.add(
    'MinSecondsToExpiry',
    lives.reduce((seconds, life) => Math.min(seconds, life.seconds), first.seconds),
  );
  run.metrics.tell('least_life_left_credential', least.credential);
}
