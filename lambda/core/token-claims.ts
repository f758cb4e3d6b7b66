import * as v from 'valibot';
import { type EpochSeconds, epochSeconds } from './instant.ts';

/** What an IMS access token says of its own life. */
export interface TokenClaims {
  readonly expiresAt: EpochSeconds;
  /** Seconds. */
  readonly lifetime: number;
}

const milliseconds = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform(Number),
  v.number(),
  v.minValue(1),
  v.maxValue(8.64e15),
);

const schema = v.object({ created_at: milliseconds, expires_in: milliseconds });

/**
 * Reads `created_at` and `expires_in`, which in IMS tokens are strings of milliseconds; there is no
 * `exp`. Undefined for an opaque token: only IMS itself can then say.
 */
export function readTokenClaims(accessToken: string): TokenClaims | undefined {
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
  return {
    expiresAt: epochSeconds((created_at + expires_in) / 1000),
    lifetime: Math.floor(expires_in / 1000),
  };
}
