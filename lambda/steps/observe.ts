import { asRotatorError, RotatorError } from '../../core/errors.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import { mergeRequests } from '../../core/mint-budget.ts';
import {
  type CredentialVersion,
  type Observation,
  observeMetadata,
  observeValue,
} from '../../core/observation.ts';
import type { SecretValue } from '../../core/ports.ts';
import { decodeStoredToken, type StoredToken } from '../../core/stored-token.ts';
import { fingerprint } from '../../core/token-tags.ts';
import { decodeVersionId, matchesContent } from '../../core/version-id.ts';
import { budget } from './budget.ts';
import type { Run } from './run.ts';
import { withRetries } from './with-retries.ts';

/**
 * In: the metadata of a credential's secrets. Out: what it shows, without any call, and what this
 * sandbox remembers of token requests.
 */
export function observeMetadataOf(
  run: Run,
  credential: string,
  secret: SecretMetadata | undefined,
  client: CredentialVersion | 'unseen' | undefined,
): Observation {
  const { tick, declared } = run.config;
  const isDeclared = declared.has(credential);
  const context = { now: run.now(), tick, digest: run.digest, isDeclared };
  const observation = observeMetadata(context, secret, client);
  const remembered = run.memory.requests.get(secret?.arn ?? '') ?? [];
  return { ...observation, requested: mergeRequests(observation.requested, remembered) };
}

/**
 * As `observeMetadataOf`, but reads the value of a foreign version, whose id says nothing.
 *
 * @throws RotatorError when the value cannot be read
 */
export async function observe(
  run: Run,
  credential: string,
  secret: SecretMetadata | undefined,
  client: CredentialVersion | 'unseen' | undefined,
): Promise<Observation> {
  const observation = observeMetadataOf(run, credential, secret, client);
  if (observation.token !== 'unread' || secret === undefined) return observation;
  const stored = await foreignToken(run, secret);
  const version = typeof stored === 'object' ? stored.clientSecretVersion : undefined;
  const minted =
    typeof client === 'object' && version !== undefined
      ? fingerprint(run.digest, client.arn, version, secret.tags)
      : undefined;
  return observeValue(observation, stored, minted);
}

async function foreignToken(
  run: Run,
  secret: SecretMetadata,
): Promise<StoredToken | 'malformed' | 'empty'> {
  const { currentVersionId = '' } = secret;
  const known =
    run.foreignVersions.get(`${secret.arn} ${currentVersionId}`) ??
    (await readForeign(run, secret));
  if (known instanceof RotatorError) throw known;
  return known;
}

async function readForeign(run: Run, { arn, currentVersionId = '' }: SecretMetadata) {
  let versionId = currentVersionId;
  let stored: StoredToken | 'malformed' | 'empty' | RotatorError;
  try {
    const value = await withRetries(run, budget.read, () => run.secrets.read(arn, run.signal));
    // The list may be old: this may be a later version than the one that it names.
    versionId = value?.versionId ?? currentVersionId;
    stored = value === undefined ? 'empty' : tokenIn(run, value);
  } catch (error) {
    stored = asRotatorError(error);
  }
  run.foreignVersions.set(`${arn} ${versionId}`, stored);
  return stored;
}

/** A version id of the rotator's own form belongs to one content only. */
function tokenIn(
  { now, digest }: Run,
  { versionId, secretString }: SecretValue,
): StoredToken | 'malformed' {
  const content = secretString.reveal();
  const isOwn = decodeVersionId(versionId, now()) !== undefined;
  if (isOwn && !matchesContent(versionId, digest(content))) return 'malformed';
  return decodeStoredToken(content, now()) ?? 'malformed';
}
