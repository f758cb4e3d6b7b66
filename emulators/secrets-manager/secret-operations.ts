import type { InferOutput } from 'valibot';
import { invalidParameter, invalidRequest, resourceExists } from './errors.ts';
import { refuseOwnRegion, refuseReplicated } from './replica-operations.ts';
import { requireToken } from './request-token.ts';
import type {
  createSecretRequest,
  deleteSecretRequest,
  secretRequest,
  tagResourceRequest,
  untagResourceRequest,
  updateSecretRequest,
} from './requests.ts';
import { findVersion, type Secret, sameValue } from './secret.ts';
import { describeSecret, epochSeconds, replicationStatus } from './secret-description.ts';
import { refuseManaged, type Service, writableSecret } from './service.ts';
import { checkName } from './store.ts';
import { addTags, removeTags } from './tags.ts';
import { requestedValue, withVersion } from './version-operations.ts';

const dayMs = 24 * 60 * 60 * 1000;
const defaultRecoveryDays = 30;

/** Creates a secret, which is empty without a value. */
export function createSecret(
  service: Service,
  request: InferOutput<typeof createSecretRequest>,
): object {
  const { Name, AddReplicaRegions } = request;
  checkName(Name);
  const value = requestedValue(request);
  const id = value && requireToken(request.ClientRequestToken, invalidRequest);
  const existing = service.store.find(Name);
  if (existing?.deletionAt !== undefined) {
    throw invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  if (existing !== undefined) {
    const stored = id && findVersion(existing.versions, id)?.value;
    if (value && stored && sameValue(stored, value)) return createAnswer(existing, id);
    throw resourceExists(`The operation failed because the secret ${Name} already exists.`);
  }
  refuseOwnRegion(service, AddReplicaRegions);
  const now = service.now();
  const empty: Secret = {
    arn: service.store.newArn(Name),
    name: Name,
    description: request.Description,
    kmsKeyId: request.KmsKeyId || undefined,
    primaryRegion: AddReplicaRegions.length > 0 ? service.region : undefined,
    isReplica: false,
    replicas: AddReplicaRegions,
    tags: request.Tags.length > 0 ? addTags([], request.Tags) : undefined,
    createdAt: now,
    changedAt: now,
    versions: [],
  };
  const secret = value && id ? withVersion(service, empty, { id, value }) : empty;
  service.store.put(secret);
  return createAnswer(secret, id);
}

/** Describes a secret, even one scheduled for deletion. */
export function describe(service: Service, request: InferOutput<typeof secretRequest>): object {
  return describeSecret(service.store.get(request.SecretId));
}

/** Changes metadata, and stores a value as the current version if there is one. */
export function updateSecret(
  service: Service,
  request: InferOutput<typeof updateSecretRequest>,
): object {
  const value = requestedValue(request);
  const id = value && requireToken(request.ClientRequestToken, invalidRequest);
  const secret = writableSecret(service, request.SecretId);
  const stored = value && id ? withVersion(service, secret, { id, value }) : secret;
  const { Description, KmsKeyId } = request;
  service.store.put({
    ...stored,
    description: Description ?? secret.description,
    kmsKeyId: KmsKeyId === undefined ? secret.kmsKeyId : KmsKeyId || undefined,
    changedAt: service.now(),
  });
  return { ARN: secret.arn, Name: secret.name, VersionId: id };
}

/** Schedules the deletion of a secret, or deletes it at once if forced. */
export function deleteSecret(
  service: Service,
  request: InferOutput<typeof deleteSecretRequest>,
): object {
  const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force } = request;
  if (force && days !== undefined) {
    throw invalidParameter(
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  }
  if (days !== undefined && !(days >= 7 && days <= 30)) {
    throw invalidParameter(
      'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
    );
  }
  const { store } = service;
  const now = service.now();
  if (force) {
    const secret = store.findNamed(request.SecretId);
    if (secret === undefined) {
      return {
        ARN: store.unknownArn(request.SecretId),
        Name: request.SecretId,
        DeletionDate: epochSeconds(now),
      };
    }
    refuseManaged(secret);
    refuseReplicated(secret);
    store.remove(secret);
    return { ARN: secret.arn, Name: secret.name, DeletionDate: epochSeconds(now) };
  }
  const secret = writableSecret(service, request.SecretId);
  refuseReplicated(secret);
  const deletionAt = now + (days ?? defaultRecoveryDays) * dayMs;
  store.put({ ...secret, deletionAt, changedAt: now });
  return { ARN: secret.arn, Name: secret.name, DeletionDate: epochSeconds(deletionAt) };
}

/** Cancels a scheduled deletion. */
export function restoreSecret(
  service: Service,
  request: InferOutput<typeof secretRequest>,
): object {
  const secret = service.store.get(request.SecretId);
  refuseManaged(secret);
  if (secret.deletionAt !== undefined) {
    service.store.put({ ...secret, deletionAt: undefined, changedAt: service.now() });
  }
  return { ARN: secret.arn, Name: secret.name };
}

/** Adds tags to a secret. */
export function tagResource(
  service: Service,
  request: InferOutput<typeof tagResourceRequest>,
): object {
  const secret = writableSecret(service, request.SecretId);
  const tags = addTags(secret.tags ?? [], request.Tags);
  service.store.put({ ...secret, tags, changedAt: service.now() });
  return {};
}

/** Removes tags from a secret. */
export function untagResource(
  service: Service,
  request: InferOutput<typeof untagResourceRequest>,
): object {
  const secret = writableSecret(service, request.SecretId);
  const tags = removeTags(secret.tags ?? [], request.TagKeys);
  if (tags.length !== (secret.tags ?? []).length)
    service.store.put({ ...secret, tags, changedAt: service.now() });
  return {};
}

function createAnswer(secret: Secret, versionId: string | undefined): object {
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: versionId,
    ReplicationStatus: replicationStatus(secret),
  };
}
