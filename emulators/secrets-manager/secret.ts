import { limitExceeded, resourceExists } from './errors.ts';

/** The value of a version; binary data is base64. */
export type SecretValue = { readonly SecretString: string } | { readonly SecretBinary: string };

/** One version of a secret. Its value, once set, never changes. */
export interface SecretVersion {
  readonly id: string;
  readonly createdAt: number;
  /** The day of the last read of its value. */
  readonly accessedAt?: number | undefined;
  /** Sorted, as in responses. */
  readonly stages: readonly string[];
  /** Absent from a version that a rotation has registered but not yet filled. */
  readonly value?: SecretValue | undefined;
}

/** A tag, spelled as on the wire. */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** The schedule of a secret's rotation, spelled as on the wire. */
export interface RotationRules {
  readonly AutomaticallyAfterDays?: number | undefined;
  readonly Duration?: string | undefined;
  readonly ScheduleExpression?: string | undefined;
}

/** The settings of a secret's rotation, which are kept when it is turned off. */
export interface RotationSetting {
  readonly enabled: boolean;
  readonly functionArn: string;
  readonly rules?: RotationRules | undefined;
}

/** A Region that a secret is replicated to, spelled as on the wire. */
export interface Replica {
  readonly Region: string;
  readonly KmsKeyId?: string | undefined;
  /** Why it could not be brought up to date. @default it is in sync */
  readonly failure?: string | undefined;
  /** The latest value is still being copied to it. @default it is in sync */
  readonly isLate?: boolean | undefined;
}

/** One secret. It is immutable, so that old states can be kept. Instants are milliseconds. */
export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly owningService?: string | undefined;
  /** The resource policy, as JSON. */
  readonly policy?: string | undefined;
  /** The source Region of a replica, or the own Region of a secret that has replicas. */
  readonly primaryRegion?: string | undefined;
  readonly isReplica: boolean;
  readonly replicas: readonly Replica[];
  /** Undefined if it never had one. */
  readonly tags?: readonly Tag[] | undefined;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly accessedAt?: number | undefined;
  /** The time at which a secret scheduled for deletion is deleted. */
  readonly deletionAt?: number | undefined;
  readonly rotation?: RotationSetting | undefined;
  readonly rotatedAt?: number | undefined;
  readonly nextRotationAt?: number | undefined;
  /** Oldest first. */
  readonly versions: readonly SecretVersion[];
}

type Versions = readonly SecretVersion[];

const keptVersions = 100;
const minPruneAgeMs = 24 * 60 * 60 * 1000;

/** The version with an id. */
export function findVersion(versions: Versions, id: string): SecretVersion | undefined {
  return versions.find((version) => version.id === id);
}

/** The one version that carries a staging label. */
export function stageHolder(versions: Versions, stage: string): SecretVersion | undefined {
  return versions.find((version) => version.stages.includes(stage));
}

/**
 * Moves a staging label to a version. When AWSCURRENT moves, AWSPREVIOUS moves to the version that
 * lost it.
 */
export function moveStage(versions: Versions, stage: string, toId: string): Versions {
  const holder = stageHolder(versions, stage);
  if (holder?.id === toId) return versions;
  const moved = removeStage(versions, stage).map((version) =>
    version.id === toId
      ? { ...version, stages: [...version.stages, stage].sort(codeUnitOrder) }
      : version,
  );
  if (stage !== 'AWSCURRENT' || holder === undefined) return moved;
  return moveStage(moved, 'AWSPREVIOUS', holder.id);
}

function codeUnitOrder(one: string, other: string): number {
  return one < other ? -1 : 1;
}

/** Removes a staging label from the version that carries it. */
export function removeStage(versions: Versions, stage: string): Versions {
  return versions.map((version) =>
    version.stages.includes(stage)
      ? { ...version, stages: version.stages.filter((other) => other !== stage) }
      : version,
  );
}

/** The labels of each labelled version; undefined if there is none, as in an empty secret. */
export function stagesByVersion(versions: Versions): Record<string, string[]> | undefined {
  const labelled = versions.filter(({ stages }) => stages.length > 0);
  if (labelled.length === 0) return undefined;
  return Object.fromEntries(labelled.map(({ id, stages }) => [id, [...stages]]));
}

/** A value to store, and the labels of its version. */
export interface NewVersion {
  readonly id: string;
  readonly value: SecretValue;
  readonly stages?: readonly string[] | undefined;
}

/**
 * Stores a value under a version id.
 *
 * @returns the same object if that version already holds that value: a repeated request moves no
 *   label
 * @throws AwsError if the version holds another value, or the secret has too many versions
 */
export function storeVersion(secret: Secret, put: NewVersion, now: number, cap: number): Secret {
  const existing = findVersion(secret.versions, put.id);
  if (existing?.value !== undefined) {
    if (sameValue(existing.value, put.value)) return secret;
    throw resourceExists(
      `You can't use ClientRequestToken ${put.id} because that value is already in use for a version of secret ${secret.arn}.`,
    );
  }
  const stored: Versions =
    existing === undefined
      ? [...secret.versions, { id: put.id, createdAt: now, stages: [], value: put.value }]
      : secret.versions.map((version) =>
          version.id === put.id ? { ...version, value: put.value } : version,
        );
  const stages = new Set(put.stages ?? ['AWSCURRENT']);
  const needsCurrent = stageHolder(stored, 'AWSCURRENT') === undefined;
  const moveCurrent = stages.delete('AWSCURRENT') || needsCurrent;
  let versions = stored;
  for (const stage of stages) versions = moveStage(versions, stage, put.id);
  if (moveCurrent) versions = moveStage(versions, 'AWSCURRENT', put.id);
  // The version that was current before is not pending any more either.
  const previous = stageHolder(stored, 'AWSCURRENT');
  if (moveCurrent && previous?.id !== put.id && previous?.stages.includes('AWSPENDING')) {
    if (stageHolder(versions, 'AWSPENDING')?.id === previous.id) {
      versions = removeStage(versions, 'AWSPENDING');
    }
  }
  versions = pruneVersions(versions, now);
  if (existing === undefined && versions.length > cap) {
    throw limitExceeded(`The secret can't have more than ${cap} versions.`);
  }
  return { ...secret, versions, changedAt: now };
}

/** Drops unlabelled versions beyond the newest hundred if they are at least a day old. */
export function pruneVersions(versions: Versions, now: number): Versions {
  let surplus = versions.length - keptVersions;
  if (surplus <= 0) return versions;
  return versions.filter((version) => {
    const prunable = version.stages.length === 0 && now - version.createdAt >= minPruneAgeMs;
    if (!prunable || surplus <= 0) return true;
    surplus -= 1;
    return false;
  });
}

/** True if two values are equal in kind and content. */
export function sameValue(one: SecretValue, other: SecretValue): boolean {
  if ('SecretString' in one) {
    return 'SecretString' in other && one.SecretString === other.SecretString;
  }
  return 'SecretBinary' in other && one.SecretBinary === other.SecretBinary;
}
