import { randomUUID } from 'node:crypto';
import { type Replica, type Secret, storeVersion, type Tag } from './secret.ts';
import type { Service } from './service.ts';

/** A secret that is put in place without a call, for example a replica. */
export interface SecretSeed {
  readonly name: string;
  readonly description?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** @default an empty secret */
  readonly secretString?: string | undefined;
  /** @default a random UUID */
  readonly versionId?: string | undefined;
  /** The six characters after the name in the ARN. @default random */
  readonly arnSuffix?: string | undefined;
  /** Makes the secret a replica from this Region. @default not a replica */
  readonly primaryRegion?: string | undefined;
  /** @default none */
  readonly replicas?: readonly Replica[] | undefined;
  readonly owningService?: string | undefined;
  /** In milliseconds. @default now */
  readonly createdAt?: number | undefined;
}

/** The secret that a seed describes. An existing secret of that name passes on its ARN. */
export function seededSecret(service: Service, seed: SecretSeed): Secret {
  const createdAt = seed.createdAt ?? service.now();
  const tags: Tag[] | undefined =
    seed.tags && Object.entries(seed.tags).map(([Key, Value]) => ({ Key, Value }));
  const empty: Secret = {
    arn: service.store.find(seed.name)?.arn ?? service.store.newArn(seed.name, seed.arnSuffix),
    name: seed.name,
    description: seed.description,
    owningService: seed.owningService,
    primaryRegion: seed.primaryRegion ?? (seed.replicas && service.region),
    isReplica: seed.primaryRegion !== undefined,
    replicas: seed.replicas ?? [],
    tags,
    createdAt,
    changedAt: createdAt,
    versions: [],
  };
  if (seed.secretString === undefined) return empty;
  const version = {
    id: seed.versionId ?? randomUUID(),
    value: { SecretString: seed.secretString },
  };
  return storeVersion(empty, version, createdAt, service.versionCap);
}
