import { type EpochSeconds, epochSeconds } from './instant.ts';
import type { SecretMetadata } from './ledger.ts';
import { noFingerprint, readStatus, type StandingFailure } from './status.ts';
import type { StoredToken } from './stored-token.ts';
import { type Digest, fingerprint, readSettings } from './token-tags.ts';
import { decodeVersionId } from './version-id.ts';

/** The token in the token secret's current version, as far as a decision needs it. */
export interface CurrentToken {
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
  /** Seconds. */
  readonly lifetime: number;
  /** The credential that the token was minted from; undefined when the version does not say. */
  readonly fingerprint: string | undefined;
}

/** All that is known about one credential at the moment of deciding. */
export interface Observation {
  readonly now: EpochSeconds;
  /** Seconds between two ticks. */
  readonly tick: number;
  readonly paused: boolean;
  /** The version of the token secret that is AWSCURRENT, if it has one. */
  readonly versionId: string | undefined;
  /**
   * `'absent'`: there is no token secret; `'empty'`: it has no value; `'unread'`: its version id is
   * foreign, and nobody has looked at the value yet.
   */
  readonly token: 'absent' | 'empty' | 'unread' | 'malformed' | CurrentToken;
  /** The fingerprint of the current credential and settings; undefined when there is no credential. */
  readonly fingerprint: string | undefined;
  /** The failure remembered for this very version of the credential. */
  readonly failure: StandingFailure | undefined;
  /** The `renew-before` setting in seconds. */
  readonly renewBefore: number | undefined;
}

/** The version of a client secret that a token would be minted from. */
export interface CredentialVersion {
  readonly arn: string;
  readonly versionId: string;
}

export interface Clock {
  readonly now: EpochSeconds;
  /** Seconds between two ticks. */
  readonly tick: number;
}

/** Everything that metadata shows. A foreign version id leaves the token `'unread'`. */
export function observeMetadata(
  { now, tick, digest }: Clock & { readonly digest: Digest },
  secret: SecretMetadata | undefined,
  client: CredentialVersion | undefined,
): Observation {
  const tags = secret?.tags ?? {};
  const { paused, renewBefore } = readSettings(tags);
  const current = client && fingerprint(digest, client.arn, client.versionId, tags);
  return {
    now,
    tick,
    paused,
    versionId: secret?.currentVersionId,
    token: tokenOf(secret, now),
    fingerprint: current,
    failure: readStatus(tags, current ?? noFingerprint, now),
    renewBefore,
  };
}

function tokenOf(secret: SecretMetadata | undefined, now: EpochSeconds): Observation['token'] {
  if (secret === undefined) return 'absent';
  if (secret.currentVersionId === undefined) return 'empty';
  const decoded = decodeVersionId(secret.currentVersionId, now);
  if (decoded === undefined) return 'unread';
  return { ...decoded, issuedAt: epochSeconds(decoded.expiresAt - decoded.lifetime) };
}

/**
 * The observation after the value of a foreign version has been read.
 *
 * @param minted the fingerprint of the credential that the value names, if it names one
 */
export function observeValue(
  observation: Observation,
  stored: StoredToken | 'malformed' | 'empty',
  minted: string | undefined,
): Observation {
  if (typeof stored === 'string') return { ...observation, token: stored };
  const { issuedAt, expiresAt } = stored;
  const lifetime = expiresAt - issuedAt;
  return { ...observation, token: { issuedAt, expiresAt, lifetime, fingerprint: minted } };
}

/** The secret's current version, if it has one. */
export function versionOf(secret: SecretMetadata | undefined): CredentialVersion | undefined {
  if (secret?.currentVersionId === undefined) return undefined;
  return { arn: secret.arn, versionId: secret.currentVersionId };
}
