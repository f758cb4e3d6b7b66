import type { EpochSeconds } from '../../core/instant.ts';
import { decodePendingToken, type PendingToken } from '../../core/stored-token.ts';
import { fingerprint } from '../../core/token-tags.ts';
import { decodeVersionId } from '../../core/version-id.ts';
import { CliError } from '../errors.ts';
import type { Answer } from './answer.ts';
import { accessTokensIn } from './held-tokens.ts';

/** The token that consumers read. */
export interface CurrentToken {
  readonly versionId: string;
  readonly token: PendingToken;
}

export interface StoredLife {
  readonly expiresAt: EpochSeconds;
  /** Seconds. */
  readonly lifetime: number;
}

/** Undefined if no token is stored. */
export async function storedLife({
  token,
  versions,
  session,
}: Answer): Promise<StoredLife | undefined> {
  const { arn, currentVersionId } = token;
  if (currentVersionId === undefined) return undefined;
  const decoded = decodeVersionId(currentVersionId, session.now());
  if (decoded !== undefined) return decoded;
  const text = await versions.read(arn, currentVersionId);
  const stored = text && decodePendingToken(text.reveal(), session.now());
  return stored && { ...stored, lifetime: stored.expiresAt - stored.issuedAt };
}

/** The token secret's current version; undefined if it has none. */
export async function currentVersionOf({ session, token }: Answer): Promise<string | undefined> {
  return (await session.secrets.describe(token.arn))?.currentVersionId;
}

/** The version that consumers read, whatever is in it. */
export interface TokenInUse {
  readonly versionId: string;
  readonly accessTokens: readonly string[];
}

/** Undefined if none is stored. */
export async function readTokenInUse(answer: Answer): Promise<TokenInUse | undefined> {
  const { token: secret, versions } = answer;
  const versionId = await currentVersionOf(answer);
  const text = versionId === undefined ? undefined : await versions.read(secret.arn, versionId);
  if (versionId === undefined || text === undefined) return undefined;
  return { versionId, accessTokens: accessTokensIn(text.reveal()) };
}

/** @throws CliError ERR_TOKEN_NOT_READY */
export async function readCurrentToken(answer: Answer): Promise<CurrentToken> {
  const { session, token: secret, versions, names } = answer;
  const versionId = await currentVersionOf(answer);
  const text = versionId === undefined ? undefined : await versions.read(secret.arn, versionId);
  const token = text && decodePendingToken(text.reveal(), session.now());
  if (versionId !== undefined && token !== undefined) return { versionId, token };
  throw new CliError('ERR_TOKEN_NOT_READY', `${names.token} holds no token`);
}

/** True if a version of the token secret was minted from this version of the client secret. */
export async function isMintedFrom(
  { session, client, token, versions }: Answer,
  versionId: string,
  clientVersionId: string,
): Promise<boolean> {
  const decoded = decodeVersionId(versionId, session.now());
  const wanted = fingerprint(session.digest, client.arn, clientVersionId, token.tags);
  if (decoded !== undefined) return decoded.fingerprint === wanted;
  const text = await versions.read(token.arn, versionId);
  const stored = text && decodePendingToken(text.reveal(), session.now());
  return stored?.clientSecretVersion === clientVersionId;
}
