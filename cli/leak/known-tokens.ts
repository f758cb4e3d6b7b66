import { TokenRequestError } from '../../core/errors.ts';
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

// Nobody stores more in one version.
const mostInVersion = 10;

// In characters. Servers take no longer header, so that IMS would neither accept it nor reject it.
const longestToken = 8_000;

export interface KnownTokens {
  /** Those that have not expired. */
  readonly tokens: readonly PendingToken[];
  /** The version may hold others. */
  readonly isUnclear: boolean;
}

/**
 * How many tokens IMS may still be asked about, or to invalidate, in one answer. A rotator stores a few
 * within their lifetime of a day, and people force some more. Whoever may store versions could have IMS
 * throttle the client with any number of them, so that no answer ends.
 */
export class Budget {
  #left = 50;

  /** @returns false if it is used up */
  take(): boolean {
    this.#left -= 1;
    return this.#left >= 0;
  }
}

/**
 * The tokens in a version. Junk looks like one, too, and IMS rejects it, which would prove nothing: where
 * neither its author nor its claims tell, IMS has to accept it before it is invalidated.
 */
export async function knownTokens(
  answer: Answer,
  { id, createdAt }: Pick<StoredVersion, 'id' | 'createdAt'>,
  text: string,
  { owner, budget }: { readonly owner: Owner; readonly budget: Budget },
): Promise<KnownTokens> {
  const { now: clock, digest } = answer.session;
  const now = clock();
  const isFormed = decodeVersionId(id, epochSeconds(now + day)) !== undefined;
  const isWritten = isFormed && matchesContent(id, digest(text));
  const held = heldTokens(text, { createdAt, isWritten }, owner, now);
  const isUnexpired = ({ expiresAt }: PendingToken) => expiresAt > now - expiryTolerance;
  const found: PendingToken[] = [];
  let isUnclear = held.length > mostInVersion;
  for (const { value, tokens: candidates } of held.slice(0, mostInVersion)) {
    const unexpired = candidates.filter(isUnexpired);
    if (unexpired.length > 0 && (value.length > longestToken || !budget.take())) {
      isUnclear = true;
      continue;
    }
    const hasEnded = (claimedExpiry(value) ?? now) <= now - expiryTolerance;
    const isTold = isWritten || hasEnded || isEvident(value);
    const known = isTold
      ? { tokens: candidates, isUnclear: false }
      : await firstAccepted(answer, unexpired, owner);
    found.push(...known.tokens);
    isUnclear ||= known.isUnclear;
  }
  const values = found.map(({ accessToken }) => accessToken.reveal());
  isUnclear ||= !isWritten && mayHoldToken(text, values);
  return { tokens: found.filter(isUnexpired), isUnclear };
}

/** A token with the first owner for whom IMS accepts it, if any. */
async function firstAccepted(
  answer: Answer,
  candidates: readonly PendingToken[],
  { clientId, imsHost }: Owner,
): Promise<KnownTokens> {
  let isUnclear = false;
  for (const token of candidates) {
    const isOther = token.clientId !== clientId || token.imsHost !== imsHost;
    const verdict = await isValid(answer, token, token.accessToken).catch((error: unknown) => {
      if (!(error instanceof CliError) || answer.session.signal.aborted) throw error;
      // Whoever typed the owner may have mistyped it. Without a verdict it has to be taken for valid.
      if (isOther) return true;
      if (isRefused(error)) return undefined;
      throw error;
    });
    if (verdict === true) return { tokens: [token], isUnclear: false };
    isUnclear ||= verdict === undefined;
  }
  return { tokens: [], isUnclear };
}

/** IMS gives no verdict on it, and would give none to another run of the command. */
function isRefused({ cause }: CliError): boolean {
  if (!(cause instanceof TokenRequestError)) return false;
  const { status = 0 } = cause.details;
  return (cause.code === 'ERR_TOKEN_INVALID' && status >= 400) || status === 429;
}
