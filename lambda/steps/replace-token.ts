// In: a credential that is due. Out: a new token, minted and stored as AWSCURRENT.
import { parseCredential } from '../../core/credential.ts';
import { mustExpireLater, type Reason } from '../../core/decision.ts';
import { RotatorError } from '../../core/errors.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import type { CurrentToken, Observation } from '../../core/observation.ts';
import type { NewVersion, SecretValue } from '../../core/ports.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { encodeStoredToken } from '../../core/stored-token.ts';
import { assertExpiresLater, type IssuedToken } from '../../core/token-response.ts';
import { fingerprint, readSettings } from '../../core/token-tags.ts';
import { encodeVersionId } from '../../core/version-id.ts';
import { budget } from './budget.ts';
import { mint } from './mint.ts';
import { readStored } from './observe.ts';
import type { Run } from './run.ts';
import { moveCurrent, tryRemovePending } from './staging-labels.ts';
import { validateToken } from './validate-token.ts';
import { withRetries } from './with-retries.ts';

/** A credential whose token is to be replaced. */
export interface Due {
  readonly credential: string;
  readonly reason: Reason;
  readonly secret: SecretMetadata;
  readonly client: SecretValue;
  readonly observation: Observation;
}

export interface Replaced {
  readonly token: IssuedToken;
  /** Undefined when the credential has only one secret. */
  readonly clientSecretPosition: number | undefined;
}

/**
 * Mints and stores a token.
 *
 * @throws RotatorError for the credential, IMS or Secrets Manager. The stored token is then unharmed;
 * the new one may have been stored too, if only the response was lost
 */
export async function replaceToken(run: Run, due: Due): Promise<Replaced> {
  const { secret, client, reason, observation } = due;
  const credential = parseCredential(client.text.reveal(), readSettings(secret.tags));
  const { token, clientSecretPosition } = await mint(run, credential, {
    credential: due.credential,
    secretId: secret.arn,
    requested: observation.requested,
  });
  const { token: stored } = observation;
  if (mustExpireLater(reason, stored)) await assertLater(run, secret, token, stored);
  if (run.config.validate) {
    await validateToken(run, { ...credential, accessToken: token.accessToken });
  }
  const secretString = encodeStoredToken(token, credential, client.versionId);
  const fields = {
    ...token,
    fingerprint: fingerprint(run.digest, client.arn, client.versionId, secret.tags),
  };
  const versionId = encodeVersionId(fields, run.digest(secretString));
  // The bytes are made once, so that a repeated put is the same version.
  await store(
    run,
    { secretId: secret.arn, versionId, secretString: new Sensitive(secretString) },
    due,
  );
  const isOneOfSeveral = credential.clientSecrets.length > 1;
  return { token, clientSecretPosition: isOneOfSeveral ? clientSecretPosition : undefined };
}

/**
 * Anyone who can write the secret can write an id that claims more than its value, which would keep a
 * token of a shorter life from being replaced. What cannot be read counts as its id says.
 *
 * @throws TokenNotLaterError ERR_TOKEN_NOT_LATER
 */
async function assertLater(
  run: Run,
  secret: SecretMetadata,
  token: IssuedToken,
  stored: CurrentToken,
): Promise<void> {
  if (token.expiresAt > stored.expiresAt) return;
  const value = await readStored(run, secret).catch((error: unknown) => {
    if (error instanceof RotatorError) return stored;
    throw error;
  });
  if (typeof value === 'object') assertExpiresLater(token, value);
}

async function store(run: Run, version: NewVersion, { credential, secret }: Due): Promise<void> {
  const { secretId, versionId } = version;
  const { currentVersionId: from, pendingVersionId: pending } = secret;
  const labels = await withRetries(run, budget.put, () => run.secrets.put(version, run.signal));
  if (!labels.includes('AWSCURRENT')) {
    // The version existed already and the put changed nothing, so the label is still elsewhere.
    await moveCurrent(run, { secretId, versionId, from });
  }
  // Otherwise RotateSecret would continue the rotation that this put has overtaken.
  if (pending !== undefined && pending !== versionId) {
    await tryRemovePending(run, credential, { secretId, versionId: pending });
  }
}
