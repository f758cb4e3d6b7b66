import { type EpochSeconds, epochSeconds } from './instant.ts';

/** The facts in a token version's id, so that nobody has to read the token. */
export interface VersionIdFields {
  readonly expiresAt: EpochSeconds;
  /** Seconds; 1 to 1,048,575 (12 days). */
  readonly lifetime: number;
  /** 8 hex digits that change with the credential and its settings. */
  readonly fingerprint: string;
}

const pattern =
  /^([0-9a-f]{8})-([0-9a-f]{4})-8[0-9a-f]{3}-8([0-9a-f]{3})-([0-9a-f]{2})([0-9a-f]{8})[0-9a-f]{2}$/;

/** 12 days in seconds. More is a mistake in the unit, and does not fit into a version id. */
export const longestLifetime = 12 * 86_400;

/** Seconds by which the issuer's clock may be ahead. */
export const issuedAheadTolerance = 300;

/**
 * The version id of a token, which is PutSecretValue's ClientRequestToken: an RFC 9562 UUIDv8,
 * `eeeeeeee-eeee-8hhh-8lll-llffffffffhh`, where e is the expiry (48 bits, epoch milliseconds),
 * h are 20 bits of the SHA-256 of the exact SecretString, the second 8 is the variant with layout 0,
 * l is the lifetime in seconds (20 bits) and f the fingerprint (32 bits). Ids sort by expiry.
 *
 * @param contentDigest SHA-256 of the SecretString in hex, so that one id always means the same bytes
 * @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8
 */
export function encodeVersionId(fields: VersionIdFields, contentDigest: string): string {
  const e = (fields.expiresAt * 1000).toString(16).padStart(12, '0');
  const l = fields.lifetime.toString(16).padStart(5, '0');
  const h = contentDigest.slice(0, 5);
  return (
    `${e.slice(0, 8)}-${e.slice(8)}-8${h.slice(0, 3)}` +
    `-8${l.slice(0, 3)}-${l.slice(3)}${fields.fingerprint}${h.slice(3)}`
  );
}

/** True if the id's hash bits are those of the content. */
export function matchesContent(id: string, contentDigest: string): boolean {
  const hash = /^.{15}(.{3}).*(.{2})$/.exec(id);
  return hash !== null && contentDigest.startsWith(`${hash[1]}${hash[2]}`);
}

/**
 * Undefined for a foreign id: one that `encodeVersionId` did not make, or that claims a token with no
 * lifetime or issued more than 5 minutes from now. For a foreign version, read the value.
 */
export function decodeVersionId(id: string, now: EpochSeconds): VersionIdFields | undefined {
  const match = pattern.exec(id);
  if (match === null) return undefined;
  const [eHigh = '', eLow = '', lHigh = '', lLow = '', fingerprint = ''] = match.slice(1);
  const expiresAt = epochSeconds(Number.parseInt(eHigh + eLow, 16) / 1000);
  const lifetime = Number.parseInt(lHigh + lLow, 16);
  if (lifetime === 0 || expiresAt - lifetime > now + issuedAheadTolerance) return undefined;
  return { expiresAt, lifetime, fingerprint };
}
