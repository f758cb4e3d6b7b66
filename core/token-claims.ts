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

const schema = v.object({ created_at: milliseconds, expires_in: milliseconds });

/**
 * An IMS access token's expiry by its own claims `created_at` and `expires_in`, which are strings of
 * milliseconds; there is no `exp`. Undefined for an opaque token, about which only IMS knows.
 */
export function claimedExpiry(accessToken: string): EpochSeconds | undefined {
  const [, payload, signature] = accessToken.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  let decoded: unknown;
  try {
    decoded = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return undefined;
  }
  const claims = v.safeParse(schema, decoded);
  if (!claims.success) return undefined;
  const { created_at, expires_in } = claims.output;
  return epochSeconds((created_at + expires_in) / 1000);
}
