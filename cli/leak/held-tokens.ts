import * as v from 'valibot';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { decodePendingToken, type PendingToken } from '../../core/stored-token.ts';
import { claimedClient, claimedExpiry } from '../../core/token-claims.ts';
import { longestLifetime } from '../../core/version-id.ts';
import type { StoredVersion } from '../aws/version-list.ts';
import { day } from '../view/durations.ts';
import { stringsIn } from './token-words.ts';

// A JWT is one, and may have more around it.
const dotted = /[\w.-]+/g;

// In characters; the header of a JWT is shorter.
const longestHeader = 2048;

// In characters, of RSA with 2,048, 3,072 and 4,096 bits. What follows may be of the same alphabet.
const signatureLengths = [342, 512, 683];

// An opaque token has no such form.
const response = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ access_token: v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/)) }),
);

/** The client whose tokens these are, unless they say otherwise. */
export interface Owner {
  readonly clientId: string;
  readonly imsHost: string;
}

/** A version of the token secret. */
export interface Origin extends Pick<StoredVersion, 'createdAt'> {
  /** The function, or this command, has written it. */
  readonly isWritten: boolean;
}

/** A possible access token. */
export interface HeldToken {
  readonly value: string;
  /** One for each owner that it may have, the likeliest first. */
  readonly tokens: readonly PendingToken[];
}

/**
 * The possible tokens in a version of the token secret. People store tokens by hand in any form, and each
 * of them has leaked all the same.
 */
export function heldTokens(
  text: string,
  { createdAt, isWritten }: Origin,
  { clientId, imsHost }: Owner,
  now: EpochSeconds,
): readonly HeldToken[] {
  // By a clock that is slow, a token seems to be issued in the future, and would be none.
  const noted = decodePendingToken(text, epochSeconds(now + day));
  return accessTokensIn(text).map((value) => {
    const own = noted?.accessToken.reveal() === value ? noted : undefined;
    const claimed = claimedExpiry(value);
    const isTold = claimed !== undefined || (isWritten && own !== undefined);
    // The fields beside it may be typed by hand, and wrong.
    const last = isTold ? 0 : (createdAt ?? now) + longestLifetime;
    const expiresAt = epochSeconds(Math.max(claimed ?? 0, own?.expiresAt ?? 0, last));
    const tokens = ownersOf(value, { clientId, imsHost }, own, isWritten).map((owner) => ({
      ...owner,
      accessToken: new Sensitive(value),
      issuedAt: own?.issuedAt ?? epochSeconds(0),
      expiresAt,
      clientSecretVersion: own?.clientSecretVersion,
      scope: own?.scope ?? '',
    }));
    return { value, tokens };
  });
}

function ownersOf(
  value: string,
  { clientId, imsHost }: Owner,
  own: PendingToken | undefined,
  isWritten: boolean,
): readonly Owner[] {
  const noted = own?.clientId ?? clientId;
  const holder = claimedClient(value) ?? (isWritten ? noted : undefined);
  const holders = holder === undefined ? new Set([clientId, noted]) : [holder];
  return [...holders].flatMap((one) => {
    const hosts = new Set([...(one === clientId ? [imsHost] : []), own?.imsHost ?? imsHost]);
    return [...hosts].map((host) => ({ clientId: one, imsHost: host }));
  });
}

/** True for a whole JWT with the claims of IMS. Anything else is a token only if IMS says so. */
export function isEvident(accessToken: string): boolean {
  const { length } = accessToken.slice(accessToken.lastIndexOf('.') + 1);
  const claims = [claimedClient(accessToken), claimedExpiry(accessToken)];
  return signatureLengths.includes(length) && !claims.includes(undefined);
}

/** All that may be an access token in a value. */
export function accessTokensIn(text: string): readonly string[] {
  const { output, success } = v.safeParse(response, text);
  const found = [text, ...(stringsIn(text) ?? [])]
    .flatMap((one) => one.match(dotted) ?? [])
    .flatMap(jwtsIn);
  return [...new Set([...(success ? [output.access_token] : []), ...found])];
}

/** The JWTs in dotted words, whatever stands right before or after them. */
function jwtsIn(words: string): readonly string[] {
  const parts = words.split('.');
  return parts.flatMap((part, index) => {
    const [payload, signature] = parts.slice(index + 1, index + 3);
    if (!payload || !signature) return [];
    const end = part.slice(-longestHeader);
    const starts = [...end.matchAll(/eyJ/g)].map((match) => end.slice(match.index));
    const shorter = signatureLengths.filter((length) => length < signature.length);
    const signatures = [signature, ...shorter.map((length) => signature.slice(0, length))];
    return starts
      .filter(isHeader)
      .flatMap((header) => signatures.map((last) => `${header}.${payload}.${last}`));
  });
}

function isHeader(part: string): boolean {
  try {
    const header: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof header === 'object';
  } catch {
    return false;
  }
}
