import { randomUUID } from 'node:crypto';
import { type Secret, storeVersion, type Tag } from './secret.ts';
import type { Service } from './service.ts';

/** A secret to begin with; what can't come about by calls in one Region can be given here. */
export interface SecretSeed {
  readonly name: string;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** @default an empty secret */
  readonly secretString?: string;
  /** @default a random UUID */
  readonly versionId?: string;
  /** The six characters that the ARN has behind the name. @default random ones */
  readonly arnSuffix?: string;
  /** The Region it is replicated from: the secret is a replica. @default it is not */
  readonly primaryRegion?: string;
  readonly owningService?: string;
  /** In milliseconds. @default now */
  readonly createdAt?: number;
}

/** The secret that a seed describes; it keeps the ARN of one that has its name. */
export function seededSecret(service: Service, seed: SecretSeed): Secret {
  const createdAt = seed.createdAt ?? service.now();
  const tags: Tag[] = Object.entries(seed.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  const empty: Secret = {
    arn: service.store.find(seed.name)?.arn ?? service.store.newArn(seed.name, seed.arnSuffix),
    name: seed.name,
    description: seed.description,
    owningService: seed.owningService,
    primaryRegion: seed.primaryRegion,
    isReplica: seed.primaryRegion !== undefined,
    replicas: [],
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
