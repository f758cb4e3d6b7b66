import type { CurrentToken, Observation } from '../../core/decision.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import { type CredentialVersion, observeMetadata } from '../../core/observation.ts';
import { decodeStoredToken } from '../../core/stored-token.ts';
import { fingerprint } from '../../core/token-tags.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

export const readLimits = { attempts: 4, reserve: 10 };

/** What metadata alone shows, now. */
export function listedObservation(
  run: Run,
  secret: SecretMetadata | undefined,
  client: CredentialVersion | undefined,
): Observation {
  return observeMetadata(
    { now: run.now(), tick: run.config.tick, digest: run.digest },
    secret,
    client,
  );
}

/** The facts about one credential that the decision is made from; not yet whether it is forced. */
export async function observe(
  run: Run,
  secret: SecretMetadata | undefined,
  client: CredentialVersion | undefined,
): Promise<Observation> {
  const observation = listedObservation(run, secret, client);
  const versionId = secret?.currentVersionId;
  if (observation.token !== 'unread' || secret === undefined || versionId === undefined) {
    return observation;
  }
  return { ...observation, token: await observeForeign(run, secret, versionId, client) };
}

async function observeForeign(
  run: Run,
  secret: SecretMetadata,
  versionId: string,
  client: CredentialVersion | undefined,
): Promise<'empty' | 'malformed' | CurrentToken> {
  const stored = run.foreignVersions.get(versionId) ?? (await readForeign(run, secret, versionId));
  if (stored === 'empty' || stored === 'malformed') return stored;
  const { issuedAt, expiresAt, clientSecretVersion } = stored;
  return {
    versionId,
    issuedAt,
    expiresAt,
    lifetime: expiresAt - issuedAt,
    fingerprint:
      client === undefined || clientSecretVersion === undefined
        ? undefined
        : fingerprint(run.digest, client.arn, clientSecretVersion, secret.tags),
  };
}

async function readForeign(run: Run, secret: SecretMetadata, versionId: string) {
  const value = await withRetries(run, readLimits, () => run.secrets.read(secret.arn, run.signal));
  const stored =
    value === undefined
      ? 'empty'
      : (decodeStoredToken(value.secretString.reveal(), run.now()) ?? 'malformed');
  // The list may be old: what was read may be a later version than the one that it names.
  run.foreignVersions.set(value?.versionId ?? versionId, stored);
  return stored;
}
