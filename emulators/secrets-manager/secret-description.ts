import { type Secret, stagesByVersion } from './secret.ts';

/** The response of DescribeSecret, from which a row of ListSecrets is made. */
export function describeSecret(secret: Secret) {
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description || undefined,
    KmsKeyId: secret.kmsKeyId,
    RotationEnabled: secret.rotation?.enabled,
    RotationLambdaARN: secret.rotation?.functionArn,
    RotationRules: secret.rotation?.rules,
    LastRotatedDate: epochSeconds(secret.rotatedAt),
    LastChangedDate: epochSeconds(secret.changedAt),
    LastAccessedDate: epochSeconds(secret.accessedAt),
    DeletedDate: epochSeconds(secret.deletionAt),
    NextRotationDate: epochSeconds(secret.nextRotationAt),
    Tags: secret.tags,
    VersionIdsToStages: stagesByVersion(secret.versions),
    OwningService: secret.owningService,
    CreatedDate: epochSeconds(secret.createdAt),
    PrimaryRegion: secret.primaryRegion,
    ReplicationStatus: replicationStatus(secret),
  };
}

/** The secret's replicas, which are in sync unless they were seeded as late, or with a failure. */
export function replicationStatus({ replicas }: Secret): object[] | undefined {
  if (replicas.length === 0) return undefined;
  return replicas.map(({ failure, isLate = false, ...replica }) => {
    if (isLate) return { ...replica, Status: 'InProgress' };
    const Status = failure === undefined ? 'InSync' : 'Failed';
    return { ...replica, Status, StatusMessage: failure ?? 'Replication succeeded' };
  });
}

/** The wire format of an instant: epoch seconds with a fraction. */
export function epochSeconds(ms: number): number;
export function epochSeconds(ms: number | undefined): number | undefined;
export function epochSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
