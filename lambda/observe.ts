import type { CurrentToken, Observation } from './core/decision.ts';
import { epochSeconds } from './core/instant.ts';
import type { SecretMetadata } from './core/ledger.ts';
import { fingerprint, readSettings } from './core/settings.ts';
import { decodeStoredToken } from './core/stored-token.ts';
import { decodeVersionId } from './core/version-id.ts';
import type { Deps } from './deps.ts';

/** Which version of which client secret a token would be minted from. */
export interface CredentialVersion {
  readonly arn: string;
  readonly versionId: string;
}

/** What a token secret holds, from metadata alone unless its current version id is foreign. */
export async function observeToken(
  deps: Deps,
  secret: SecretMetadata | undefined,
  client: CredentialVersion | undefined,
): Promise<Observation['token']> {
  if (secret === undefined) return 'absent';
  const versionId = secret.currentVersionId;
  if (versionId === undefined) return 'empty';
  const decoded = decodeVersionId(versionId, deps.now());
  if (decoded !== undefined) {
    const issuedAt = epochSeconds(decoded.expiresAt - decoded.lifetime);
    return { versionId, issuedAt, ...decoded };
  }
  return await readForeign(deps, secret, client);
}

async function readForeign(
  deps: Deps,
  secret: SecretMetadata,
  client: CredentialVersion | undefined,
): Promise<'empty' | 'malformed' | CurrentToken> {
  const value = await deps.secrets.read(secret.arn, deps.signal);
  if (value === undefined) return 'empty';
  const stored = decodeStoredToken(value.secretString.reveal());
  if (stored === undefined) return 'malformed';
  const { clientSecretVersion } = stored;
  return {
    versionId: value.versionId,
    issuedAt: stored.issuedAt,
    expiresAt: stored.expiresAt,
    lifetime: stored.expiresAt - stored.issuedAt,
    fingerprint:
      client === undefined || clientSecretVersion === undefined
        ? undefined
        : fingerprint(deps.digest, client.arn, clientSecretVersion, secret.tags),
  };
}

/** The facts that the decision is made from. */
export function observation(
  deps: Deps,
  secret: SecretMetadata | undefined,
  client: CredentialVersion | undefined,
  token: Observation['token'],
  forced: boolean,
): Observation {
  const tags = secret?.tags ?? {};
  const settings = readSettings(tags);
  return {
    now: deps.now(),
    tick: deps.config.tick,
    paused: settings.paused,
    forced,
    token,
    fingerprint:
      client === undefined
        ? undefined
        : fingerprint(deps.digest, client.arn, client.versionId, tags),
    ...(settings.renewBefore === undefined ? {} : { renewBefore: settings.renewBefore }),
  };
}
