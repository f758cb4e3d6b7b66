import { parseCredential } from '../../core/credential.ts';
import { mustExpireLater, type Observation, type Reason } from '../../core/decision.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import type { NewVersion, SecretValue } from '../../core/ports.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { encodeStoredToken } from '../../core/stored-token.ts';
import { assertExpiresLater, type IssuedToken } from '../../core/token-response.ts';
import { fingerprint, readSettings } from '../../core/token-tags.ts';
import { encodeVersionId } from '../../core/version-id.ts';
import { mint } from './mint.ts';
import type { Run } from './run.ts';
import { moveCurrent, tryRemovePending } from './staging-labels.ts';
import { validateToken } from './validate-token.ts';
import { withRetries } from './with-retries.ts';

/** What a renewal has seen of its credential and acts upon. */
export interface Due {
  readonly credential: string;
  readonly reason: Reason;
  readonly secret: SecretMetadata;
  readonly client: SecretValue;
  readonly token: Observation['token'];
}

export interface Replaced {
  readonly token: IssuedToken;
  /** Undefined when the credential has one secret only. */
  readonly clientSecretPosition?: number;
}

const putLimits = { attempts: 8, reserve: 6 };

/**
 * Mints a token and stores it as the new AWSCURRENT.
 *
 * @throws RotatorError of the credential, of IMS or of Secrets Manager; the token that was stored is
 * unharmed then, but the new one may have been stored if the answer to that was lost
 */
export async function replaceToken(run: Run, due: Due): Promise<Replaced> {
  const { secret, client } = due;
  const credential = parseCredential(client.secretString.reveal(), readSettings(secret.tags));
  const { token, clientSecretPosition } = await mint(run, credential);
  if (mustExpireLater(due.reason, due.token)) assertExpiresLater(token, due.token);
  if (run.config.validate) {
    const { clientId, imsHost } = credential;
    await validateToken(run, { clientId, imsHost, accessToken: token.accessToken });
  }
  const secretString = encodeStoredToken(token, credential, client.versionId);
  const fields = {
    ...token,
    fingerprint: fingerprint(run.digest, client.arn, client.versionId, secret.tags),
  };
  const versionId = encodeVersionId(fields, run.digest(secretString));
  // The bytes are made once: a repeated put is then the same version, however often it is repeated.
  await store(
    run,
    { secretId: secret.arn, versionId, secretString: new Sensitive(secretString) },
    due,
  );
  return credential.clientSecrets.length > 1 ? { token, clientSecretPosition } : { token };
}

async function store(run: Run, version: NewVersion, { credential, secret }: Due): Promise<void> {
  const { secretId, versionId } = version;
  const { currentVersionId: from, pendingVersionId: pending } = secret;
  const labels = await withRetries(run, putLimits, () => run.secrets.put(version, run.signal));
  if (!labels.includes('AWSCURRENT')) {
    // The version was there already and the put changed nothing, so the label is still elsewhere.
    await moveCurrent(run, { secretId, versionId, ...(from === undefined ? {} : { from }) });
  }
  // Else RotateSecret would go on with the rotation that this put has overtaken.
  if (pending !== undefined && pending !== versionId) {
    await tryRemovePending(run, credential, { secretId, versionId: pending });
  }
}
