import { randomBytes, randomUUID } from 'node:crypto';

/** What an IMS access token says of itself; the two times are strings of milliseconds. */
export interface AccessTokenClaims {
  readonly id: string;
  readonly type: 'access_token';
  readonly client_id: string;
  readonly user_id: string;
  readonly as: 'ims-na1';
  readonly created_at: string;
  readonly expires_in: string;
  readonly scope: string;
}

const header = { alg: 'RS256', x5u: 'ims_na1-key-at-1.cer', kid: 'ims_na1-key-at-1', itt: 'at' };

/** The claims of a token that is issued at `now`, in epoch milliseconds. */
export function claimsAt(
  now: number,
  holder: { clientId: string; technicalAccountId: string; scope: string; lifetimeSeconds: number },
): AccessTokenClaims {
  return {
    id: `${now}-${randomUUID()}`,
    type: 'access_token',
    client_id: holder.clientId,
    user_id: holder.technicalAccountId,
    as: 'ims-na1',
    created_at: String(now),
    expires_in: String(holder.lifetimeSeconds * 1000),
    scope: holder.scope,
  };
}

/**
 * A token shaped like a JWT. The signature has the length of an RS256 one but is random: making an
 * RSA key would cost the start some hundred milliseconds, and nobody can check IMS's signatures
 * locally anyway (`x5u` is a bare file name). IMS knows the tokens that it issued.
 */
export function encodeAccessToken(claims: AccessTokenClaims): string {
  const segments = [header, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return [...segments, randomBytes(256).toString('base64url')].join('.');
}

/** A token that is no JWT, which IMS may give out: its format is not promised. */
export function opaqueAccessToken(): string {
  return randomBytes(64).toString('base64url');
}
