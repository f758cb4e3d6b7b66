import { askIms } from './ask-ims.ts';
import { parseCredential } from './core/credential.ts';
import { mustExpireLater, type Observation, type Reason } from './core/decision.ts';
import { RenewalError } from './core/errors.ts';
import { formatInstant } from './core/instant.ts';
import type { SecretMetadata } from './core/ledger.ts';
import { Sensitive } from './core/sensitive.ts';
import { fingerprint, readSettings } from './core/settings.ts';
import { encodeStoredToken } from './core/stored-token.ts';
import type { IssuedToken } from './core/token-response.ts';
import { assertValidated } from './core/token-validation.ts';
import { encodeVersionId } from './core/version-id.ts';
import type { NewVersion, SecretValue } from './deps.ts';
import { mint } from './mint.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

/** What a renewal has seen of its credential and acts upon. */
export interface Due {
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

const validateLimits = { attempts: 3, reserve: 30 };
const putLimits = { attempts: 8, reserve: 6 };

/**
 * Mints a token and stores it as the new AWSCURRENT.
 *
 * @throws RenewalError of the credential, of IMS or of Secrets Manager; the token that was stored is
 * unharmed then, but the new one may have been stored if the answer to that was lost
 */
export async function replaceToken(run: Run, due: Due): Promise<Replaced> {
  const { secret, client } = due;
  const credential = parseCredential(client.secretString.reveal(), readSettings(secret.tags));
  const { token, clientSecretPosition } = await mint(run, credential);
  if (mustExpireLater(due.reason, due.token) && token.expiresAt <= due.token.expiresAt) {
    throw new RenewalError(
      'ERR_TOKEN_NOT_LATER',
      `IMS issued a token that expires at ${formatInstant(token.expiresAt)}, ` +
        `not later than the stored one (${formatInstant(due.token.expiresAt)})`,
    );
  }
  if (run.config.validate) await validate(run, credential, token);
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
    secret.currentVersionId,
  );
  return credential.clientSecrets.length > 1 ? { token, clientSecretPosition } : { token };
}

async function store(run: Run, version: NewVersion, seen: string | undefined): Promise<void> {
  const labels = await withRetries(run, putLimits, () => run.secrets.put(version, run.signal));
  if (labels.includes('AWSCURRENT')) return;
  // The version was there already and the put changed nothing, so the label is still elsewhere.
  const move = { ...version, ...(seen === undefined ? {} : { from: seen }) };
  await withRetries(run, putLimits, () => run.secrets.makeCurrent(move, run.signal));
}

async function validate(
  run: Run,
  { imsHost, clientId }: { readonly imsHost: string; readonly clientId: string },
  { accessToken }: IssuedToken,
): Promise<void> {
  await withRetries(run, validateLimits, () =>
    askIms(run, imsHost, async () => {
      const token = { imsHost, clientId, accessToken };
      const response = await run.tokenEndpoint.validate(token, run.signal);
      assertValidated(response, clientId, run.now());
    }),
  );
}
