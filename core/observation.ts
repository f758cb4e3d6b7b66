import type { Observation } from './decision.ts';
import { type EpochSeconds, epochSeconds } from './instant.ts';
import type { SecretMetadata } from './ledger.ts';
import { noFingerprint, readStatus } from './status.ts';
import { type Digest, fingerprint, readSettings } from './token-tags.ts';
import { decodeVersionId } from './version-id.ts';

/** Which version of which client secret a token would be minted from. */
export interface CredentialVersion {
  readonly arn: string;
  readonly versionId: string;
}

/** What looking takes beside what is looked at. */
export interface Look {
  readonly now: EpochSeconds;
  /** Seconds between two ticks. */
  readonly tick: number;
  readonly digest: Digest;
}

/** What metadata alone shows: of a foreign version, only that it is there. */
export function observeMetadata(
  { now, tick, digest }: Look,
  secret: SecretMetadata | undefined,
  client: CredentialVersion | undefined,
): Observation {
  const tags = secret?.tags ?? {};
  const settings = readSettings(tags);
  const current =
    client === undefined ? undefined : fingerprint(digest, client.arn, client.versionId, tags);
  return {
    now,
    tick,
    paused: settings.paused,
    forced: false,
    token: tokenOf(secret, now),
    fingerprint: current,
    failure: readStatus(tags, current ?? noFingerprint, now),
    ...(settings.renewBefore === undefined ? {} : { renewBefore: settings.renewBefore }),
  };
}

function tokenOf(secret: SecretMetadata | undefined, now: EpochSeconds): Observation['token'] {
  if (secret === undefined) return 'absent';
  const versionId = secret.currentVersionId;
  if (versionId === undefined) return 'empty';
  const decoded = decodeVersionId(versionId, now);
  if (decoded === undefined) return 'unread';
  const issuedAt = epochSeconds(decoded.expiresAt - decoded.lifetime);
  return { versionId, issuedAt, ...decoded };
}

/** Of a secret that has a value, which version of it is the current one. */
export function versionOf(secret: SecretMetadata | undefined): CredentialVersion | undefined {
  if (secret?.currentVersionId === undefined) return undefined;
  return { arn: secret.arn, versionId: secret.currentVersionId };
}
