import { randomBytes, randomUUID } from 'node:crypto';
import { keyId, signature } from './signing-key.ts';

/** The claims of an IMS access token; both times are strings of milliseconds. */
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

const header = { alg: 'RS256', x5u: `${keyId}.cer`, kid: keyId, itt: 'at' };

/** The claims of a token issued at `now`, in epoch milliseconds. */
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
 * A token in the form of a JWT, signed with the key at `/ims/keys`. As at IMS, `x5u` is a bare file
 * name, which nobody can fetch.
 */
export function encodeAccessToken(claims: AccessTokenClaims): string {
  const [first, second] = [header, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signed = `${first}.${second}`;
  return `${signed}.${signature(signed)}`;
}

/** A token that is not a JWT. IMS does not promise any format. */
export function opaqueAccessToken(): string {
  return randomBytes(64).toString('base64url');
}
