import type { CurrentToken, Observation } from './core/decision.ts';
import { type EpochSeconds, epochSeconds } from './core/instant.ts';
import type { SecretMetadata } from './core/ledger.ts';
import { fingerprint, readSettings } from './core/settings.ts';
import { noFingerprint, readStatus } from './core/status.ts';
import { decodeStoredToken } from './core/stored-token.ts';
import { decodeVersionId } from './core/version-id.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

export const readLimits = { attempts: 4, reserve: 10 };

/** Which version of which client secret a token would be minted from. */
export interface CredentialVersion {
  readonly arn: string;
  readonly versionId: string;
}

/** What metadata alone shows: of a foreign version, only that it is there. */
export function observeMetadata(
  run: Run,
  secret: SecretMetadata | undefined,
  client: CredentialVersion | undefined,
): Observation {
  const now = run.now();
  const tags = secret?.tags ?? {};
  const settings = readSettings(tags);
  const current =
    client === undefined ? undefined : fingerprint(run.digest, client.arn, client.versionId, tags);
  return {
    now,
    tick: run.config.tick,
    paused: settings.paused,
    forced: false,
    token: tokenOf(secret, now),
    fingerprint: current,
    failure: readStatus(tags, current ?? noFingerprint, now),
    ...(settings.renewBefore === undefined ? {} : { renewBefore: settings.renewBefore }),
  };
}

/** The facts about one credential that the decision is made from; not yet whether it is forced. */
export async function observe(
  run: Run,
  secret: SecretMetadata | undefined,
  client: CredentialVersion | undefined,
): Promise<Observation> {
  const observation = observeMetadata(run, secret, client);
  const versionId = secret?.currentVersionId;
  if (observation.token !== 'unread' || secret === undefined || versionId === undefined) {
    return observation;
  }
  return { ...observation, token: await observeForeign(run, secret, versionId, client) };
}

function tokenOf(secret: SecretMetadata | undefined, now: EpochSeconds): Observation['token'] {
  if (secret === undefined) return 'absent';
  const versionId = secret.currentVersionId;
  if (versionId === undefined) return 'empty';
  const decoded = decodeVersionId(versionId, now);
  if (decoded === undefined) return 'unread';
  const issuedAt = epochSeconds(decoded.expiresAt - decoded.lifetime);
  return { versionId, issuedAt, ...decoded };
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
