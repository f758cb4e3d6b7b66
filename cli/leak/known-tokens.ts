import { epochSeconds } from '../../core/instant.ts';
import type { PendingToken } from '../../core/stored-token.ts';
import { claimedExpiry } from '../../core/token-claims.ts';
import { decodeVersionId, matchesContent } from '../../core/version-id.ts';
import type { StoredVersion } from '../aws/version-list.ts';
import { CliError } from '../errors.ts';
import { day } from '../view/durations.ts';
import type { Answer } from './answer.ts';
import { heldTokens, isEvident, type Owner } from './held-tokens.ts';
import { isValid } from './prove.ts';
import { mayHoldToken } from './token-words.ts';

// A token that has expired by this clock for so many seconds has expired by any.
export const expiryTolerance = 300;

// Nobody stores more in one version, and each costs requests to IMS.
const mostTokens = 10;

export interface KnownTokens {
  /** Those that have not expired. */
  readonly tokens: readonly PendingToken[];
  /** The version may hold others. */
  readonly isUnclear: boolean;
}

/**
 * The tokens in a version. Junk looks like one, too, and IMS rejects it, which would prove nothing: where
 * neither its author nor its claims tell, IMS has to accept it before it is invalidated.
 */
export async function knownTokens(
  answer: Answer,
  { id, createdAt }: Pick<StoredVersion, 'id' | 'createdAt'>,
  text: string,
  owner: Owner,
): Promise<KnownTokens> {
  const { now: clock, digest } = answer.session;
  const now = clock();
  const isFormed = decodeVersionId(id, epochSeconds(now + day)) !== undefined;
  const isWritten = isFormed && matchesContent(id, digest(text));
  const held = heldTokens(text, { createdAt, isWritten }, owner, now);
  const isUnexpired = ({ expiresAt }: PendingToken) => expiresAt > now - expiryTolerance;
  const tokens: PendingToken[] = [];
  for (const { value, tokens: candidates } of held.slice(0, mostTokens)) {
    const hasEnded = (claimedExpiry(value) ?? now) <= now - expiryTolerance;
    const isTold = isWritten || hasEnded || isEvident(value);
    const unexpired = candidates.filter(isUnexpired);
    tokens.push(...(isTold ? candidates : await firstAccepted(answer, unexpired, owner)));
  }
  const known = tokens.map(({ accessToken }) => accessToken.reveal());
  const isUnclear = held.length > mostTokens || (!isWritten && mayHoldToken(text, known));
  return { tokens: tokens.filter(isUnexpired), isUnclear };
}

/** A token with the first owner for whom IMS accepts it, if any. */
async function firstAccepted(
  answer: Answer,
  candidates: readonly PendingToken[],
  { clientId, imsHost }: Owner,
): Promise<readonly PendingToken[]> {
  for (const token of candidates) {
    const isOther = token.clientId !== clientId || token.imsHost !== imsHost;
    const isAccepted = await isValid(answer, token, token.accessToken).catch((error: unknown) => {
      // Whoever typed the owner may have mistyped it. Without a verdict it has to be taken for valid.
      if (isOther && error instanceof CliError && !answer.session.signal.aborted) return true;
      throw error;
    });
    if (isAccepted) return [token];
  }
  return [];
}
