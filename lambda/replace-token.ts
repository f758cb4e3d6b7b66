import { parseCredential } from './core/credential.ts';
import type { Observation, Reason } from './core/decision.ts';
import { RenewalError } from './core/errors.ts';
import { formatInstant } from './core/instant.ts';
import { mustExpireLater } from './core/kept.ts';
import type { SecretMetadata } from './core/ledger.ts';
import { Sensitive } from './core/sensitive.ts';
import { fingerprint, readSettings } from './core/settings.ts';
import { encodeStoredToken } from './core/stored-token.ts';
import { encodeVersionId } from './core/version-id.ts';
import type { Deps, SecretValue } from './deps.ts';
import { type Minted, mint } from './mint.ts';

/** What a renewal has seen of its credential and acts upon. */
export interface Due {
  readonly reason: Reason;
  readonly secret: SecretMetadata;
  readonly client: SecretValue;
  readonly token: Observation['token'];
}

/**
 * Mints a token and stores it as the new AWSCURRENT.
 *
 * @throws RenewalError of the credential, of IMS or of Secrets Manager; nothing was stored then
 */
export async function replaceToken(deps: Deps, due: Due): Promise<Minted> {
  const { secret, client } = due;
  const credential = parseCredential(client.secretString.reveal(), readSettings(secret.tags));
  const minted = await mint(deps, credential);
  const { token } = minted;
  if (mustExpireLater(due.reason, due.token) && token.expiresAt <= due.token.expiresAt) {
    throw new RenewalError(
      'ERR_TOKEN_NOT_LATER',
      `IMS issued a token that expires at ${formatInstant(token.expiresAt)}, ` +
        `not later than the stored one (${formatInstant(due.token.expiresAt)})`,
    );
  }
  const secretString = encodeStoredToken(token, credential, client.versionId);
  const versionId = encodeVersionId(
    {
      expiresAt: token.expiresAt,
      lifetime: token.lifetime,
      fingerprint: fingerprint(deps.digest, client.arn, client.versionId, secret.tags),
    },
    deps.digest(secretString),
  );
  await store(deps, secret, versionId, new Sensitive(secretString));
  return minted;
}

async function store(
  deps: Deps,
  secret: SecretMetadata,
  versionId: string,
  secretString: Sensitive,
): Promise<void> {
  const version = { secretId: secret.arn, versionId };
  const labels = await deps.secrets.put({ ...version, secretString }, deps.signal);
  if (labels.includes('AWSCURRENT')) return;
  // The version was there already and the put changed nothing, so the label is still elsewhere.
  const from = secret.currentVersionId;
  await deps.secrets.makeCurrent(
    { ...version, ...(from === undefined ? {} : { from }) },
    deps.signal,
  );
}
