import type { FleetRow, TokenSpan } from '../../console/messages.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import { formatFailureCode } from '../../core/status.ts';
import { decodeVersionId } from '../../core/version-id.ts';
import type { CommonOptions } from '../common-options.ts';
import type { ListedCredential } from '../rotator/credentials.ts';
import { explainFailure } from '../view/failure.ts';

interface Circumstances {
  readonly now: EpochSeconds;
  /** Those given, for the commands. */
  readonly options: CommonOptions;
  /** The stack may import another client secret, so that this one is not shown. */
  readonly isAssumed: boolean;
}

/**
 * A credential of the list as the page shows it.
 *
 * @param before its row in the list before
 */
export function fleetRow(
  credential: ListedCredential,
  { now, options, isAssumed }: Circumstances,
  before?: FleetRow | undefined,
): FleetRow {
  const { name, state, paused, token, versionId, renewalAt } = credential;
  const { failure, failingSince, clientSecret, tokenSecret } = credential;
  return {
    name,
    state,
    paused,
    token:
      token === undefined || versionId === undefined
        ? undefined
        : { versionId, issuedAt: token.issuedAt, expiresAt: token.expiresAt },
    foreignVersionId: token === undefined ? tokenSecret?.currentVersionId : undefined,
    previous: spanOf(tokenSecret?.previousVersionId, now),
    renewalAt:
      isDue(renewalAt, now) && isDue(before?.renewalAt, now) ? before?.renewalAt : renewalAt,
    failure: failure && {
      code: formatFailureCode(failure),
      ...explainFailure(failure, name, options),
      since: failingSince,
    },
    clientSecret:
      clientSecret === undefined || isAssumed
        ? undefined
        : {
            changedAt: clientSecret.rotatedAt ?? clientSecret.changedAt,
            rotatesAt: clientSecret.rotation?.nextAt,
          },
  };
}

/** A renewal that is due is due now, and would change the row with every list. */
function isDue(renewalAt: number | undefined, now: EpochSeconds): boolean {
  return renewalAt !== undefined && renewalAt <= now;
}

/** The life of a token, if its version's id is the rotator's own. */
export function spanOf(versionId: string | undefined, now: EpochSeconds): TokenSpan | undefined {
  const fields = versionId === undefined ? undefined : decodeVersionId(versionId, now);
  if (versionId === undefined || fields === undefined) return undefined;
  const { expiresAt, lifetime } = fields;
  return { versionId, issuedAt: expiresAt - lifetime, expiresAt };
}
