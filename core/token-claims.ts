import * as v from 'valibot';
import { type EpochSeconds, epochSeconds } from './instant.ts';

// The latest instant that a Date can hold, in milliseconds.
const latest = 8.64e15;

const milliseconds = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform(Number),
  v.number(),
  v.minValue(1),
  v.maxValue(latest / 2),
);

const lifetime = v.object({ created_at: milliseconds, expires_in: milliseconds });

const holder = v.object({ client_id: v.string() });

/**
 * An IMS access token's expiry by its own claims `created_at` and `expires_in`, which are strings of
 * milliseconds; there is no `exp`. Undefined for an opaque token, about which only IMS knows.
 */
export function claimedExpiry(accessToken: string): EpochSeconds | undefined {
  const claims = v.safeParse(lifetime, claimsOf(accessToken));
  if (!claims.success) return undefined;
  const { created_at, expires_in } = claims.output;
  return epochSeconds((created_at + expires_in) / 1000);
}

/** The client that a token was issued to, by its own claim; undefined for an opaque token. */
export function claimedClient(accessToken: string): string | undefined {
  const claims = v.safeParse(holder, claimsOf(accessToken));
  return claims.success ? claims.output.client_id : undefined;
}

function claimsOf(accessToken: string): unknown {
  const [, payload, signature] = accessToken.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  try {
    return JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return undefined;
  }
}
