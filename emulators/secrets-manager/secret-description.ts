import { type Secret, stagesByVersion } from './secret.ts';

/** What DescribeSecret answers and, under other names in part, a row of ListSecrets. */
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
    Tags: secret.tags.length > 0 ? secret.tags : undefined,
    VersionIdsToStages: stagesByVersion(secret.versions),
    OwningService: secret.owningService,
    CreatedDate: epochSeconds(secret.createdAt),
    PrimaryRegion: secret.primaryRegion,
    ReplicationStatus: replicationStatus(secret),
  };
}

/** The replicas of a secret, which are always in sync here. */
export function replicationStatus({ replicas }: Secret): object[] | undefined {
  if (replicas.length === 0) return undefined;
  return replicas.map((replica) => ({
    ...replica,
    Status: 'InSync',
    StatusMessage: 'Replication succeeded',
  }));
}

/** Instants travel as epoch seconds with a fraction. */
export function epochSeconds(ms: number): number;
export function epochSeconds(ms: number | undefined): number | undefined;
export function epochSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
