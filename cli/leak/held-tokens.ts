import * as v from 'valibot';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import { Sensitive } from '../../core/sensitive.ts';
import { decodePendingToken, type PendingToken } from '../../core/stored-token.ts';
import { claimedClient, claimedExpiry } from '../../core/token-claims.ts';
import { longestLifetime } from '../../core/version-id.ts';
import type { StoredVersion } from '../aws/version-list.ts';
import { day } from '../view/durations.ts';

/** A JWT, as IMS issues them. */
const jwt = /(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

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
  return accessTokensIn(text).map((value) => {
    const own = noted?.accessToken.reveal() === value ? noted : undefined;
    const ends = [own?.expiresAt, claimedExpiry(value)].filter((end) => end !== undefined);
    const last = ends.length === 0 ? (createdAt ?? now) + longestLifetime : Math.max(...ends);
    return {
      accessToken: new Sensitive(value),
      // The fields beside it may be typed by hand, and wrong.
      clientId: claimedClient(value) ?? own?.clientId ?? clientId,
      imsHost: own?.imsHost ?? imsHost,
      issuedAt: own?.issuedAt ?? epochSeconds(0),
      expiresAt: epochSeconds(last),
      clientSecretVersion: own?.clientSecretVersion,
      scope: own?.scope ?? '',
    };
  });
}

/** All that may be an access token in a value. */
export function accessTokensIn(text: string): readonly string[] {
  const { output, success } = v.safeParse(response, text);
  return [...new Set([...(success ? [output.access_token] : []), ...(text.match(jwt) ?? [])])];
}
