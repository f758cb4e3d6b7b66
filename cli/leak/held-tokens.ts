import * as v from 'valibot';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { decodePendingToken, type PendingToken } from '../../core/stored-token.ts';
import { claimedClient, claimedExpiry } from '../../core/token-claims.ts';
import { longestLifetime } from '../../core/version-id.ts';
import type { StoredVersion } from '../aws/version-list.ts';
import { day } from '../view/durations.ts';

// A JWT is one, and may have more around it.
const dotted = /[\w.-]+/g;

// In characters; the header of a JWT is shorter.
const longestHeader = 2048;

// Nothing shorter is a token.
const longWord = /[\w.~+/=-]{16}/;

// An opaque token has no such form.
const response = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ access_token: v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/)) }),
);

/** The client whose tokens these are, unless they say otherwise. */
interface Owner {
  readonly clientId: string;
  readonly imsHost: string;
}

/**
 * The tokens in a version of the token secret. Whoever stores one by hand may do so in any form, and
 * it is a token that has leaked all the same.
 */
export function heldTokens(
  text: string,
  { createdAt }: Pick<StoredVersion, 'createdAt'>,
  { clientId, imsHost }: Owner,
  now: EpochSeconds,
): readonly PendingToken[] {
  // By a clock that is slow, a token seems to be issued in the future, and would be none.
  const noted = decodePendingToken(text, epochSeconds(now + day));
  return accessTokensIn(text).flatMap((value) => {
    const own = noted?.accessToken.reveal() === value ? noted : undefined;
    const ends = [own?.expiresAt, claimedExpiry(value)].filter((end) => end !== undefined);
    const last = ends.length === 0 ? (createdAt ?? now) + longestLifetime : Math.max(...ends);
    // The fields beside it may be typed by hand, and wrong.
    const holder = claimedClient(value) ?? own?.clientId ?? clientId;
    const hosts = new Set([own?.imsHost ?? imsHost, ...(holder === clientId ? [imsHost] : [])]);
    return [...hosts].map((host) => ({
      accessToken: new Sensitive(value),
      clientId: holder,
      imsHost: host,
      issuedAt: own?.issuedAt ?? epochSeconds(0),
      expiresAt: epochSeconds(last),
      clientSecretVersion: own?.clientSecretVersion,
      scope: own?.scope ?? '',
    }));
  });
}

/** All that may be an access token in a value. */
export function accessTokensIn(text: string): readonly string[] {
  const { output, success } = v.safeParse(response, text);
  const found = [text, ...stringsIn(text)]
    .flatMap((one) => one.match(dotted) ?? [])
    .flatMap(jwtsIn);
  return [...new Set([...(success ? [output.access_token] : []), ...found])];
}

/** True for a value with something long enough to be a token. */
export function mayHoldToken(text: string): boolean {
  return longWord.test(text);
}

/** The strings in JSON, whose escapes hide what they hold. */
function stringsIn(text: string): readonly string[] {
  const strings: string[] = [];
  try {
    JSON.parse(text, (_, value: unknown) => {
      if (typeof value === 'string') strings.push(value);
      return value;
    });
  } catch {
    return [];
  }
  return strings;
}

/** The JWTs in dotted words, whatever stands right before them. */
function jwtsIn(words: string): readonly string[] {
  const parts = words.split('.');
  return parts.flatMap((part, index) => {
    const [payload, signature] = parts.slice(index + 1, index + 3);
    if (!payload || !signature) return [];
    const end = part.slice(-longestHeader);
    const starts = [...end.matchAll(/eyJ/g)].map((match) => end.slice(match.index));
    return starts.filter(isHeader).map((header) => `${header}.${payload}.${signature}`);
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
