import pMap from 'p-map';
import { type Decision, decide } from './core/decision.ts';
import { keptOutcome } from './core/kept.ts';
import { addPage, type LedgerEntry } from './core/ledger.ts';
import type { CredentialOutcome } from './core/run-result.ts';
import { secretNames } from './core/secret-name.ts';
import type { Deps } from './deps.ts';
import { observation, observeToken } from './observe.ts';
import { renewCredential } from './renew-credential.ts';

const concurrency = 8;

/** Renews every token of the rotator that is due. */
export async function tick(deps: Deps): Promise<readonly CredentialOutcome[]> {
  return await forEachCredential(deps, async (credential, { decision, kept }) =>
    // The list only nominates, for it may be five minutes old.
    decision.action === 'renew' ? await renewCredential(deps, credential) : kept,
  );
}

/** Decides for every credential of the rotator and changes nothing. */
export async function status(deps: Deps): Promise<readonly CredentialOutcome[]> {
  return await forEachCredential(deps, (_, { decision, kept }) =>
    decision.action === 'renew' ? { ...kept, outcome: 'due' } : kept,
  );
}

interface Nomination {
  readonly decision: Decision;
  /** The outcome if nothing is done. */
  readonly kept: CredentialOutcome;
}

async function forEachCredential(
  deps: Deps,
  act: (
    credential: string,
    nomination: Nomination,
  ) => CredentialOutcome | Promise<CredentialOutcome>,
): Promise<readonly CredentialOutcome[]> {
  const { prefix, region } = deps.config;
  const ledger = new Map<string, LedgerEntry>();
  for await (const page of deps.secrets.list(`${prefix}/`, deps.signal)) {
    addPage(ledger, page, { prefix, region });
  }
  return await pMap(
    ledger,
    async ([credential, entry]) => await act(credential, await nominate(deps, credential, entry)),
    { concurrency },
  );
}

async function nominate(deps: Deps, credential: string, entry: LedgerEntry): Promise<Nomination> {
  const names = secretNames(deps.config.prefix, credential);
  const versionId = entry.client?.currentVersionId;
  const client =
    entry.client === undefined || versionId === undefined
      ? undefined
      : { arn: entry.client.arn, versionId };
  const token = await observeToken(deps, entry.token, client);
  const decision = decide(observation(deps, entry.token, client, token, false));
  return { decision, kept: keptOutcome(credential, decision, token, names) };
}
