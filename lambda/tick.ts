import pMap from 'p-map';
import { decide, isSettled } from './core/decision.ts';
import { asRenewalError } from './core/errors.ts';
import { addPage, type LedgerEntry, type SecretMetadata } from './core/ledger.ts';
import { inOrder } from './core/order.ts';
import type { CredentialOutcome } from './core/run-result.ts';
import { okStatus, statusTag } from './core/status.ts';
import type { MetricName } from './deps.ts';
import { observe, readLimits } from './observe.ts';
import { remember, type Sight } from './remember.ts';
import { keptOutcome, renewCredential } from './renew-credential.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

const concurrency = 8;
const listLimits = { attempts: 5, reserve: 60 };

/** Renews every token of the rotator that is due. */
export async function tick(run: Run): Promise<readonly CredentialOutcome[]> {
  const nominations = await nominateAll(run);
  const idle = nominations.filter((nomination) => !nomination.work);
  const due = inOrder(nominations.filter((nomination) => nomination.work));
  const done = await pMap(due, (nomination) => act(run, nomination), {
    concurrency,
  });
  const outcomes = [...done, ...idle.map(({ outcome }) => outcome)];
  measure(run, outcomes);
  return outcomes;
}

/** Decides for every credential of the rotator and changes nothing; `due` would be renewed. */
export async function status(run: Run): Promise<readonly CredentialOutcome[]> {
  return (await nominateAll(run)).map(({ outcome }) => outcome);
}

/** What the list shows of one credential, and what is to be done about it. */
interface Nomination {
  readonly credential: string;
  readonly sight: Sight;
  /** If nothing is done. */
  readonly outcome: CredentialOutcome;
  readonly work: 'renew' | 'settle' | undefined;
}

async function nominateAll(run: Run): Promise<readonly Nomination[]> {
  const { prefix, region, clientSecrets } = run.config;
  // What is declared is looked at, whether the list shows it or not.
  const ledger = new Map<string, LedgerEntry>([...clientSecrets.keys()].map((name) => [name, {}]));
  let nextToken: string | undefined;
  do {
    const page = await withRetries(run, listLimits, () =>
      run.secrets.listPage(`${prefix}/`, nextToken, run.signal),
    );
    addPage(ledger, page.rows, { prefix, region });
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return await pMap(ledger, ([credential, entry]) => nominate(run, credential, entry), {
    concurrency,
  });
}

async function nominate(
  run: Run,
  credential: string,
  { client: listed, token: secret }: LedgerEntry,
): Promise<Nomination> {
  try {
    const clientSecret = await elsewhere(run, credential, listed);
    const versionId = clientSecret?.currentVersionId;
    const client =
      clientSecret === undefined || versionId === undefined
        ? undefined
        : { arn: clientSecret.arn, versionId };
    const observation = await observe(run, secret, client);
    const decision = decide(observation);
    const sight = { secret, observation, decision };
    const outcome = keptOutcome(run, credential, sight);
    const stale = (secret?.tags[statusTag] ?? okStatus) !== okStatus;
    if (decision.action === 'renew') {
      return { credential, sight, outcome: { ...outcome, outcome: 'due' }, work: 'renew' };
    }
    // The list may be old: what it shows to be missing is looked at before anybody is called.
    if (decision.failing) return { credential, sight, outcome, work: 'renew' };
    const work = stale && isSettled(decision.reason) ? 'settle' : undefined;
    return { credential, sight, outcome, work };
  } catch (thrown) {
    const error = asRenewalError(thrown);
    const outcome = { credential, outcome: 'failed', error, failing: true, began: true } as const;
    return { credential, sight: { secret }, outcome, work: 'renew' };
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

async function act(run: Run, { credential, sight, outcome, work }: Nomination) {
  return work === 'settle'
    ? await remember(run, sight, outcome)
    : await renewCredential(run, credential, { force: false }, sight);
}

/** Only here, after the whole list was read and decided: a partial list says nothing. */
function measure(run: Run, outcomes: readonly CredentialOutcome[]): void {
  const now = run.now();
  const lives = outcomes.flatMap(({ reason, token }) =>
    token === undefined || reason === 'paused' ? [] : [token],
  );
  const least = (name: MetricName, values: readonly number[]): void => {
    if (values.length > 0)
      run.metrics.add(
        name,
        values.reduce((a, b) => Math.min(a, b)),
      );
  };
  run.metrics.add('Ticks', 1);
  run.metrics.add('Managed', outcomes.length);
  run.metrics.add('Failing', outcomes.filter(({ failing }) => failing).length);
  least(
    'MinLifeLeft',
    lives.map(({ expiresAt, lifetime }) => ((expiresAt - now) / lifetime) * 100),
  );
  least(
    'MinSecondsToExpiry',
    lives.map(({ expiresAt }) => expiresAt - now),
  );
}
