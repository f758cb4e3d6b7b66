import * as v from 'valibot';
import type { tokenFields } from './contract.ts';
import type { ClientCredential } from './credential.ts';
import { defaultImsHost, imsHostSchema } from './ims-host.ts';
import { type EpochSeconds, formatInstant, parseInstant } from './instant.ts';
import { Sensitive } from './sensitive.ts';
import type { IssuedToken } from './token-response.ts';
import { issuedAheadTolerance, longestLifetime } from './version-id.ts';

/**
 * The value of a token secret, schema 1, which consumers read. Fields are only ever added.
 * `expires_at` and `issued_at` are RFC 3339 in UTC; `expires_in` is the lifetime in seconds.
 */
export function encodeStoredToken(
  token: IssuedToken,
  credential: ClientCredential,
  clientSecretVersion: string,
): string {
  return JSON.stringify({
    schema: 1,
    access_token: token.accessToken.reveal(),
    token_type: 'bearer',
    expires_in: token.lifetime,
    expires_at: formatInstant(token.expiresAt),
    issued_at: formatInstant(token.issuedAt),
    client_id: credential.clientId,
    scope: credential.scopes.join(','),
    org_id: credential.orgId,
    ims_host: credential.imsHost,
    client_secret_version: clientSecretVersion,
  } satisfies Record<(typeof tokenFields)[number], unknown>);
}

/** The facts about a stored token that a decision needs when its version id is foreign. */
export interface StoredToken {
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
  readonly clientSecretVersion?: string | undefined;
}

const instant = v.pipe(
  v.string(),
  v.transform(parseInstant),
  v.custom<EpochSeconds>((parsed) => parsed !== undefined),
);

// Anything else fits no header, so no consumer could use it.
const accessToken = v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/));

const schema = v.object({
  access_token: accessToken,
  expires_at: instant,
  issued_at: instant,
  client_secret_version: v.optional(v.string()),
});

/**
 * Undefined for a value that is not a token, claims a lifetime of more than 12 days, or claims to be
 * issued more than 5 minutes from now. That is a reason to renew, not an error.
 */
export function decodeStoredToken(
  secretString: string,
  now: EpochSeconds,
): StoredToken | undefined {
  let value: unknown;
  try {
    value = JSON.parse(secretString);
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) return undefined;
  const { issued_at, expires_at, client_secret_version: clientSecretVersion } = parsed.output;
  const lifetime = expires_at - issued_at;
  const plausible = lifetime > 0 && lifetime <= longestLifetime;
  if (!plausible || issued_at > now + issuedAheadTolerance) return undefined;
  return {
    issuedAt: issued_at,
    expiresAt: expires_at,
    clientSecretVersion,
  };
}

/** A stored token, with everything needed to ask IMS about it. */
export interface PendingToken extends StoredToken {
  readonly accessToken: Sensitive;
  readonly clientId: string;
  readonly imsHost: string;
  /** As requested from IMS. */
  readonly scope: string;
}

const provable = v.object({
  access_token: accessToken,
  client_id: v.pipe(v.string(), v.minLength(1)),
  // People who store a token by hand may leave it out, as in a credential.
  ims_host: v.optional(imsHostSchema, defaultImsHost),
  scope: v.optional(v.string(), ''),
});

/** Undefined for a value that is not a token, or does not name its client or a host of IMS. */
export function decodePendingToken(
  secretString: string,
  now: EpochSeconds,
): PendingToken | undefined {
  const stored = decodeStoredToken(secretString, now);
  if (stored === undefined) return undefined;
  const parsed = v.safeParse(provable, JSON.parse(secretString));
  if (!parsed.success) return undefined;
  const { access_token, client_id: clientId, ims_host: imsHost, scope } = parsed.output;
  return { ...stored, accessToken: new Sensitive(access_token), clientId, imsHost, scope };
}
