import type { SecretMetadata } from '../../core/ledger.ts';
import { isAhead, mergeRequests } from '../../core/mint-budget.ts';
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
import { readTokenValue } from './read-token-value.ts';
import type { Run } from './run.ts';

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
  const context = { credential, now: run.now(), tick, digest: run.digest, isDeclared };
  const observation = observeMetadata(context, secret, client);
  const { now, requested } = observation;
  const remembered = run.memory.requests.get(credential) ?? [];
  const past = remembered.filter((at) => !isAhead(at, now));
  return { ...observation, requested: mergeRequests(requested, past) };
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
  const stored = await readStored(run, secret);
  const version = typeof stored === 'object' ? stored.clientSecretVersion : undefined;
  const minted =
    typeof client === 'object' && version !== undefined
      ? fingerprint(run.digest, client.arn, version, secret.tags)
      : undefined;
  return observeValue(observation, stored, minted);
}

/**
 * In: a token secret. Out: the token in its value, whatever the version's id says.
 *
 * @throws RotatorError when the value cannot be read
 */
export async function readStored(
  run: Run,
  secret: SecretMetadata,
): Promise<StoredToken | 'malformed' | 'empty'> {
  const value = await readTokenValue(run, secret);
  return value === undefined ? 'empty' : tokenIn(run, value);
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
