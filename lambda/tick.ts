import pMap from 'p-map';
import { decide } from './core/decision.ts';
import { RenewalError } from './core/errors.ts';
import { keptOutcome } from './core/kept.ts';
import { addPage, type LedgerEntry } from './core/ledger.ts';
import type { CredentialOutcome } from './core/run-result.ts';
import { secretNames } from './core/secret-name.ts';
import type { Deps } from './deps.ts';
import { failedOutcome } from './failed-outcome.ts';
import { observation, observeToken } from './observe.ts';
import { renewCredential } from './renew-credential.ts';

const concurrency = 8;

/** Renews every token of the rotator that is due. */
export async function tick(deps: Deps): Promise<readonly CredentialOutcome[]> {
  return await forEachCredential(deps, async (credential, entry) => {
    const nominated = await nominate(deps, credential, entry);
    // The list only nominates, for it may be five minutes old.
    return nominated.outcome === 'due' ? await renewCredential(deps, credential) : nominated;
  });
}

/** Decides for every credential of the rotator and changes nothing; `due` would be renewed. */
export async function status(deps: Deps): Promise<readonly CredentialOutcome[]> {
  return await forEachCredential(deps, (credential, entry) => nominate(deps, credential, entry));
}

async function forEachCredential(
  deps: Deps,
  act: (credential: string, entry: LedgerEntry) => Promise<CredentialOutcome>,
): Promise<readonly CredentialOutcome[]> {
  const { prefix, region } = deps.config;
  const ledger = new Map<string, LedgerEntry>();
  for await (const page of deps.secrets.list(`${prefix}/`, deps.signal)) {
    addPage(ledger, page, { prefix, region });
  }
  return await pMap(ledger, async ([credential, entry]) => await act(credential, entry), {
    concurrency,
    stopOnError: false,
  });
}

async function nominate(
  deps: Deps,
  credential: string,
  { client: clientSecret, token: secret }: LedgerEntry,
): Promise<CredentialOutcome> {
  const versionId = clientSecret?.currentVersionId;
  const client =
    clientSecret === undefined || versionId === undefined
      ? undefined
      : { arn: clientSecret.arn, versionId };
  try {
    const token = await observeToken(deps, secret, client);
    const decision = decide(observation(deps, secret, client, token, false));
    const names = secretNames(deps.config.prefix, credential);
    const outcome = keptOutcome(credential, decision, token, names);
    return decision.action === 'renew' ? { ...outcome, outcome: 'due' } : outcome;
  } catch (error) {
    if (!(error instanceof RenewalError)) throw error;
    return failedOutcome(deps.log, credential, undefined, error);
  }
}
