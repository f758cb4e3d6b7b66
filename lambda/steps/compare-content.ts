import { parseCredential } from '../../core/credential.ts';
import { RotatorError } from '../../core/errors.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import type { SecretValue } from '../../core/ports.ts';
import { isMintedFrom, isSameValue } from '../../core/same-credential.ts';
import { parseStatus } from '../../core/status.ts';
import { decodePendingToken } from '../../core/stored-token.ts';
import { fingerprint, readSettings } from '../../core/token-tags.ts';
import { budget } from './budget.ts';
import { readTokenValue } from './read-token-value.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

/**
 * In: a token secret, and a client secret whose version is not the one that the token was minted from.
 * Out: true if both versions hold the same credential, so that no new token is needed.
 *
 * Controllers store the same value again at every refresh (external-secrets#3436). Where the versions
 * cannot be compared, the credential counts as another one, which is renewed within its budget.
 *
 * @throws RotatorError for a failure that may pass by itself
 */
export async function isSameContent(
  run: Run,
  secret: SecretMetadata,
  client: SecretValue,
): Promise<boolean> {
  return await orFalse(async () => {
    const value = await readTokenValue(run, secret);
    const token = value && decodePendingToken(value.secretString.reveal(), run.now());
    const versionId = token?.clientSecretVersion;
    if (token === undefined || versionId === undefined) return false;
    const old = await withRetries(run, budget.read, () =>
      run.secrets.readVersion({ secretId: client.arn, versionId }, run.signal),
    );
    if (old === undefined) return false;
    const settings = readSettings(secret.tags);
    const current = parseCredential(client.text.reveal(), settings);
    return isMintedFrom(token, old.text.reveal(), current, settings);
  });
}

/**
 * In: a token secret, and the fingerprint and value of its client secret's current version. Out: the
 * fingerprint of the version before, if the status tag holds a failure of that and its content is
 * the same, so that the failure goes on.
 *
 * @throws RotatorError for a failure that may pass by itself
 */
export async function failedBefore(
  run: Run,
  { tags }: SecretMetadata,
  client: SecretValue,
  current: string | undefined,
): Promise<string | undefined> {
  const failed = parseStatus(tags)?.fingerprint;
  if (failed === undefined || failed === current) return undefined;
  const isSame = await orFalse(async () => {
    const previous = await withRetries(run, budget.read, () =>
      run.secrets.readPrevious(client.arn, run.signal),
    );
    if (previous === undefined) return false;
    if (fingerprint(run.digest, client.arn, previous.versionId, tags) !== failed) return false;
    const [one, other] = [previous, client].map(({ text }) => text.reveal());
    return isSameValue(one ?? '', other ?? '', readSettings(tags));
  });
  return isSame ? failed : undefined;
}

async function orFalse(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RotatorError && error.transient) throw error;
    return false;
  }
}
