// In: the rotator's prefix. Out: a nomination for each of its credentials, or of a shard's, page by page.
import { type Decision, decide } from '../../core/decision.ts';
import { asRotatorError, type RotatorError } from '../../core/errors.ts';
import { isOnlyLent, type LedgerEntry, type SecretMetadata, takePairs } from '../../core/ledger.ts';
import { NameSet } from '../../core/name-set.ts';
import { type Observation, versionOf } from '../../core/observation.ts';
import { clientProgress } from '../../core/rotation-progress.ts';
import { type Part, partOf, type Shard, wholeFleet } from '../../core/shard.ts';
import { budget } from './budget.ts';
import type { Gathered } from './gather.ts';
import { observeMetadataOf } from './observe.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

/** One credential as the list shows it, and the decision that follows. */
export interface Nomination {
  readonly listed: Gathered & { readonly observation: Observation };
  readonly decision: Decision;
}

// ListSecrets accepts no more values of a filter.
const mostPrefixes = 10;

/**
 * Lists the rotator's credentials, or those of a shard, each of them once. Nobody has to hold the
 * whole list.
 */
export async function* listCredentials(run: Run, shard?: Shard): AsyncGenerator<Nomination> {
  const { prefix, region, clientSecrets, declared, shardStems } = run.config;
  const part = shard === undefined ? wholeFleet : partOf(shard, shardStems);
  // Declared credentials are nominated even if the list does not show them.
  const expected = [...new Set([...clientSecrets.keys(), ...declared])].filter(part.has);
  const ledger = new Map<string, LedgerEntry>(expected.map((name) => [name, {}]));
  // A list that changes meanwhile may show a secret on two pages.
  const complete = new NameSet(String(run.random()));
  for await (const rows of listRows(run, part)) {
    const pairs = new Map(takePairs(ledger, rows, { prefix, region }));
    yield* nominateEach(
      run,
      [...pairs].filter(([name]) => !complete.has(name)),
    );
    for (const name of pairs.keys()) complete.add(name);
  }
  yield* nominateEach(
    run,
    [...ledger].filter(
      ([name, entry]) => !complete.has(name) && !isOnlyLent(name, entry, run.config),
    ),
  );
}

/** Page by page. */
async function* listRows(run: Run, part: Part): AsyncGenerator<readonly SecretMetadata[]> {
  const prefixes = part.prefixes.map((start) => `${run.config.prefix}/${start}`);
  for (let index = 0; index < prefixes.length; index += mostPrefixes) {
    const group = prefixes.slice(index, index + mostPrefixes);
    let nextToken: string | undefined;
    do {
      const page = await withRetries(run, budget.list, () =>
        run.secrets.listPage(group, nextToken, run.signal),
      );
      yield page.rows;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }
}

async function* nominateEach(
  run: Run,
  entries: Iterable<readonly [credential: string, entry: LedgerEntry]>,
): AsyncGenerator<Nomination> {
  for (const [credential, entry] of entries) {
    const listed = await gatherListed(run, credential, entry);
    yield { listed, decision: decide(listed.observation) };
  }
}

/** Reads a credential's rows in the list. A client secret outside the prefix costs a call. */
async function gatherListed(
  run: Run,
  credential: string,
  { client: listed, token: secret }: LedgerEntry,
): Promise<Nomination['listed']> {
  const arn = run.config.clientSecrets.get(credential);
  // What lies at the name of an imported one is not it.
  let client = arn === undefined ? listed : undefined;
  let error: RotatorError | undefined;
  if (arn !== undefined) {
    try {
      const describe = (): Promise<SecretMetadata | undefined> =>
        run.secrets.describe(arn, run.signal);
      client = await withRetries(run, budget.read, describe);
    } catch (thrown) {
      error = asRotatorError(thrown);
    }
  }
  const clientVersion = error === undefined ? versionOf(client) : 'unseen';
  const observation = observeMetadataOf(run, credential, secret, clientVersion);
  const isWanted = run.config.rotating?.has(credential) === true;
  const progress = clientProgress(client, run.now(), { isWanted, isImported: arn !== undefined });
  return { credential, secret, clientVersion, clientProgress: progress, observation, error };
}
