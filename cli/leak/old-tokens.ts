import pMap from 'p-map';
import type { ClientCredential } from '../../core/credential.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import type { Sensitive } from '../../core/sensitive.ts';
import type { PendingToken } from '../../core/stored-token.ts';
import { decodeVersionId, longestLifetime } from '../../core/version-id.ts';
import type { StoredVersion } from '../aws/version-list.ts';
import { CliError } from '../errors.ts';
import type { Answer } from './answer.ts';
import { Budget, expiryTolerance, knownTokens } from './known-tokens.ts';
import type { OtherToken } from './other-tokens.ts';
import type { CurrentToken } from './stored-token.ts';

/** The earlier tokens that are still held. */
export interface OldTokens {
  readonly tokens: readonly Sensitive[];
  /** Those of other clients, which this one cannot invalidate. */
  readonly ofOthers: readonly OtherToken[];
  /** The versions that could not be decrypted, or may hold what is not known as a token. */
  readonly unreadable: readonly string[];
}

const concurrency = 5;

/** Which tokens are earlier ones. */
export interface OldTokensAsked {
  /** That which is in use, and proved. */
  readonly current: CurrentToken;
  /** The versions when the answer began, each of which may have leaked. */
  readonly before: ReadonlySet<string>;
  /** The version of the client secret that replaces a leaked one; a token of an earlier one is an old one. */
  readonly clientVersionId?: string | undefined;
}

interface StoredToken {
  readonly id: string;
  readonly isCurrent: boolean;
  readonly token: PendingToken;
}

/** All tokens but those in use and those that came later, whatever their labels, until they expire. */
export async function readOldTokens(
  answer: Answer,
  { current: { versionId, token: current }, before, clientVersionId }: OldTokensAsked,
  credential: ClientCredential,
): Promise<OldTokens> {
  const { clientId, imsHost } = credential;
  const { session, token: secret, versions } = answer;
  const now = session.now();
  const all = (await versions.list(secret.arn)).filter(
    (version) => version.id !== versionId && (isRecent(version, now) || !hasEnded(version, now)),
  );
  const texts = await pMap(
    all.toSorted(likeliestFirst),
    async (version) => ({ version, text: await versions.readIfDecrypted(secret.arn, version) }),
    { concurrency },
  );
  const unreadable: string[] = [];
  const read: StoredToken[] = [];
  const asked = { owner: credential, budget: new Budget() };
  for (const { version, text } of texts) {
    const { id, labels } = version;
    if (text instanceof CliError) {
      if (!hasEnded(version, now)) unreadable.push(id);
      continue;
    }
    const { tokens, isUnclear } = await knownTokens(answer, version, text?.reveal() ?? '', asked);
    if (isUnclear && isRecent(version, now)) unreadable.push(id);
    const isCurrent = labels.includes('AWSCURRENT');
    read.push(...tokens.map((token) => ({ id, isCurrent, token })));
  }
  const newVersions = clientVersionId && (await notBefore(answer, clientVersionId));
  const found = new Map<string, Sensitive>();
  const ofOthers: OtherToken[] = [];
  for (const { id, token, isCurrent } of read) {
    const isNew = !newVersions || newVersions.has(token.clientSecretVersion ?? '');
    // A run that asked IMS before and stored last has stored one that is in use.
    const isLater = isCurrent || token.issuedAt > current.issuedAt;
    if (!before.has(id) && isNew && isLater) continue;
    const value = token.accessToken.reveal();
    if (token.clientId !== clientId || token.imsHost !== imsHost) {
      ofOthers.push({ versionId: id, token });
    } else if (value !== current.accessToken.reveal()) {
      // IMS may issue a token twice: whoever invalidates the one invalidates the other.
      found.set(value, token.accessToken);
    }
  }
  return { tokens: [...found.values()], ofOthers, unreadable };
}

/** By its id, which whoever stores a version may choose. */
function hasEnded({ id }: StoredVersion, now: EpochSeconds): boolean {
  const { expiresAt = Number.POSITIVE_INFINITY } = decodeVersionId(id, now) ?? {};
  return expiresAt <= now - expiryTolerance;
}

/** By its age, which AWS tells: a token in it may last until now. */
function isRecent({ createdAt }: StoredVersion, now: EpochSeconds): boolean {
  return (createdAt ?? now) + longestLifetime > now - expiryTolerance;
}

/** Those that consumers read last, so that no others use up the budget. */
function likeliestFirst(one: StoredVersion, other: StoredVersion): number {
  const byLabel = Math.sign(other.labels.length) - Math.sign(one.labels.length);
  return byLabel || (other.createdAt ?? 0) - (one.createdAt ?? 0);
}

/**
 * This version of the client secret and all later ones. They are listed after the tokens: somebody may
 * have stored another credential meanwhile, whose token consumers use.
 */
async function notBefore({ versions, client }: Answer, id: string): Promise<ReadonlySet<string>> {
  const all = await versions.list(client.arn);
  const { createdAt = Number.POSITIVE_INFINITY } = all.find((one) => one.id === id) ?? {};
  const later = all.filter((one) => (one.createdAt ?? 0) > createdAt);
  return new Set([id, ...later.map((one) => one.id)]);
}
