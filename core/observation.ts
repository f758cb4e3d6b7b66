import { type EpochSeconds, epochSeconds } from './instant.ts';
import type { SecretMetadata } from './ledger.ts';
import { readRequests } from './mint-budget.ts';
import {
  lastTries,
  noFingerprint,
  parseStatus,
  readStatus,
  type StandingFailure,
  withEarlyRetry,
} from './status.ts';
import type { StoredToken } from './stored-token.ts';
import { type Digest, fingerprint, readSettings, type Tags } from './token-tags.ts';
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
  readonly credential: string;
  readonly now: EpochSeconds;
  /** Seconds between two ticks. */
  readonly tick: number;
  readonly paused: boolean;
  /** The token secret is more than a day old. */
  readonly isOld: boolean;
  /** The stack declared the credential more than a day ago, so it should have a value by now. */
  readonly isOverdue: boolean;
  /** The version of the token secret that is AWSCURRENT, if it has one. */
  readonly versionId: string | undefined;
  /**
   * `'absent'`: there is no token secret; `'empty'`: it has no value; `'unread'`: its version id is
   * foreign or claims more than 25 hours, and its value has not been read.
   */
  readonly token: 'absent' | 'empty' | 'unread' | 'malformed' | CurrentToken;
  /** The latest requests for a token, newest first. */
  readonly requested: readonly EpochSeconds[];
  /** When AWSCURRENT and AWSPREVIOUS were issued, where their ids say so; newest first. */
  readonly issued: readonly EpochSeconds[];
  /**
   * The fingerprint of the current credential and settings; undefined when there is no credential.
   * A credential that cannot be seen is assumed to be the one that the token was minted from.
   */
  readonly fingerprint: string | undefined;
  readonly isCredentialUnseen: boolean;
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

export interface ObservationContext {
  readonly credential: string;
  readonly now: EpochSeconds;
  /** Seconds between two ticks. */
  readonly tick: number;
  readonly digest: Digest;
  /** The stack declares the credential. */
  readonly isDeclared?: boolean | undefined;
}

const day = 86_400;
// Adobe's tokens live for 24 hours.
const usualLifetime = day + 3_600;

/**
 * Everything that metadata shows. A version id that cannot be believed leaves the token `'unread'`.
 *
 * @param client the client secret's current version; undefined when it has none
 */
export function observeMetadata(
  { credential, now, tick, digest, isDeclared = false }: ObservationContext,
  secret: SecretMetadata | undefined,
  client: CredentialVersion | 'unseen' | undefined,
): Observation {
  const tags = secret?.tags ?? {};
  const { paused, renewBefore } = readSettings(tags);
  const listed = tokenOf(secret, now);
  const isUnseen = client === 'unseen';
  const current = isUnseen
    ? assumedFingerprint(tags, listed)
    : client && fingerprint(digest, client.arn, client.versionId, tags);
  const isOld = now - (secret?.createdAt ?? now) > day;
  return withBoundedWait({
    credential,
    now,
    tick,
    paused,
    isOld,
    isOverdue: isDeclared && isOld,
    versionId: secret?.currentVersionId,
    token: isUnseen && typeof listed === 'object' ? { ...listed, fingerprint: current } : listed,
    requested: readRequests(tags, now),
    issued: issuedAts(secret, now),
    fingerprint: current,
    isCredentialUnseen: isUnseen,
    failure: readStatus(tags, current ?? noFingerprint, now),
    renewBefore,
  });
}

/** Anyone who can tag the secret can write a status that waits until its token has expired. */
function withBoundedWait(observation: Observation): Observation {
  const { now, tick, token, failure } = observation;
  if (failure === undefined || typeof token !== 'object') return observation;
  return {
    ...observation,
    failure: withEarlyRetry(failure, lastTries(token.expiresAt, now, tick)),
  };
}

function tokenOf(secret: SecretMetadata | undefined, now: EpochSeconds): Observation['token'] {
  if (secret === undefined) return 'absent';
  const { currentVersionId } = secret;
  if (currentVersionId === undefined) return 'empty';
  const decoded = decodeVersionId(currentVersionId, now);
  // Anyone who can write the secret can write its ids, the one before included.
  if (decoded === undefined || decoded.lifetime > usualLifetime) return 'unread';
  return { ...decoded, issuedAt: epochSeconds(decoded.expiresAt - decoded.lifetime) };
}

function issuedAts(
  { currentVersionId, previousVersionId }: Partial<SecretMetadata> = {},
  now: EpochSeconds,
): readonly EpochSeconds[] {
  const issued = [currentVersionId, previousVersionId].flatMap((id) => {
    const decoded = id === undefined ? undefined : decodeVersionId(id, now);
    return decoded === undefined ? [] : [epochSeconds(decoded.expiresAt - decoded.lifetime)];
  });
  return issued.toSorted((one, other) => other - one);
}

function assumedFingerprint(tags: Tags, token: Observation['token']): string {
  const minted = typeof token === 'object' ? token.fingerprint : undefined;
  return parseStatus(tags)?.fingerprint ?? minted ?? noFingerprint;
}

/** The token was minted from another credential than the current one. */
export function isMintedFromAnother({ token, fingerprint: current }: Observation): boolean {
  if (typeof token !== 'object' || token.fingerprint === undefined) return false;
  return token.fingerprint !== current;
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
  const token = { issuedAt, expiresAt, lifetime, fingerprint: minted };
  return withBoundedWait({ ...observation, token });
}

/**
 * The observation after it turned out that the current credential's content is what the token was
 * minted from, although its version is another one.
 */
export function observeSameContent(observation: Observation): Observation {
  const { token, fingerprint: current } = observation;
  return typeof token === 'object'
    ? { ...observation, token: { ...token, fingerprint: current } }
    : observation;
}

/**
 * The observation after it turned out that the credential's version before the current one has the
 * same content: what is remembered of it still counts.
 *
 * @param previous the fingerprint of that version
 */
export function observeSameFailure(
  observation: Observation,
  tags: Tags,
  previous: string,
): Observation {
  const { now, fingerprint: current = noFingerprint } = observation;
  const failure = readStatus(tags, previous, now);
  if (failure === undefined) return observation;
  return withBoundedWait({ ...observation, failure: { ...failure, fingerprint: current } });
}

/** The secret's current version, if it has one. */
export function versionOf(secret: SecretMetadata | undefined): CredentialVersion | undefined {
  if (secret?.currentVersionId === undefined) return undefined;
  return { arn: secret.arn, versionId: secret.currentVersionId };
}
