import type { DescribeSecretCommandOutput, SecretListEntry } from '@aws-sdk/client-secrets-manager';
import type { EpochSeconds } from '../../core/instant.ts';
import type { SecretMetadata } from '../../core/ledger.ts';
import { toMetadata } from '../../core/secret-metadata.ts';
import { toInstant } from './instant.ts';

/** The metadata of a secret, never its value. */
export interface Secret extends SecretMetadata {
  readonly description?: string | undefined;
  /** The day of the last read: Secrets Manager keeps no time of day. */
  readonly readOn?: EpochSeconds | undefined;
  readonly deletedAt?: EpochSeconds | undefined;
  /** Only for a customer managed key. */
  readonly keyId?: string | undefined;
  /** It has a rotation of Secrets Manager, which may be switched off. */
  readonly isRotated?: boolean | undefined;
  /** The ARN of the function of that rotation. */
  readonly rotatedBy?: string | undefined;
  /** Its own rotation, unless that is switched off. */
  readonly rotation?: SecretRotation | undefined;
  /** The Regions of its replicas; only from DescribeSecret. */
  readonly replicaRegions?: readonly string[] | undefined;
  /** Those of them to which AWS is still copying the latest value. */
  readonly copyingTo?: readonly string[] | undefined;
  /** The AWS service that manages it, if one does. */
  readonly owningService?: string | undefined;
}

/** The rotation by Secrets Manager of a secret for which it is switched on. */
export interface SecretRotation {
  readonly functionArn: string | undefined;
  /** Undefined as long as AWS has not planned one. */
  readonly nextAt: EpochSeconds | undefined;
}

type Row = Omit<SecretListEntry, 'SecretVersionsToStages'> &
  Pick<DescribeSecretCommandOutput, 'DeletedDate' | 'ReplicationStatus'>;
type Stages = Readonly<Record<string, readonly string[]>>;

/** A row of ListSecrets, or the response of DescribeSecret. */
export function toSecret(row: Row, stages: Stages = {}): Secret {
  return {
    ...toMetadata(row, stages),
    description: row.Description,
    keyId: row.KmsKeyId,
    readOn: toInstant(row.LastAccessedDate),
    deletedAt: toInstant(row.DeletedDate),
    rotatedBy: row.RotationLambdaARN,
    isRotated: row.RotationLambdaARN !== undefined || row.RotationEnabled === true,
    rotation:
      row.RotationEnabled === true
        ? { functionArn: row.RotationLambdaARN, nextAt: toInstant(row.NextRotationDate) }
        : undefined,
    replicaRegions: row.ReplicationStatus?.flatMap(({ Region }) => Region ?? []),
    copyingTo: row.ReplicationStatus?.flatMap(({ Region, Status }) =>
      Status === 'InProgress' && Region !== undefined ? [Region] : [],
    ),
    owningService: row.OwningService,
  };
}
