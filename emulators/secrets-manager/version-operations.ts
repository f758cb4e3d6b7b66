import type { InferOutput } from 'valibot';
import { pageOf } from '../wire/page.ts';
import { requireKey } from './encryption-key.ts';
import {
  invalidNextToken,
  invalidParameter,
  invalidRequest,
  limitExceeded,
  resourceNotFound,
} from './errors.ts';
import { requireToken } from './request-token.ts';
import type {
  getSecretValueRequest,
  listSecretVersionIdsRequest,
  putSecretValueRequest,
  updateSecretVersionStageRequest,
} from './requests.ts';
import { nextRotationAt } from './rotation-rules.ts';
import {
  findVersion,
  moveStage,
  type NewVersion,
  removeStage,
  type Secret,
  type SecretValue,
  type SecretVersion,
  stageHolder,
  storeVersion,
} from './secret.ts';
import { epochSeconds } from './secret-description.ts';
import { activeSecret, type Service, writableSecret } from './service.ts';

const dayMs = 24 * 60 * 60 * 1000;
const maxStages = 20;

/** Reads one version, by default the current one. */
export function getSecretValue(
  service: Service,
  request: InferOutput<typeof getSecretValueRequest>,
): object {
  const secret = activeSecret(service, request.SecretId);
  const version = wantedVersion(secret, request);
  requireKey(service, secret, 'decrypt');
  // AWS records the day of the last access, not the time.
  const accessedAt = Math.floor(service.now() / dayMs) * dayMs;
  if (version.accessedAt !== accessedAt || secret.accessedAt !== accessedAt) {
    const read = (one: SecretVersion) => (one.id === version.id ? { ...one, accessedAt } : one);
    service.store.put({ ...secret, accessedAt, versions: secret.versions.map(read) });
  }
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    ...version.value,
    VersionStages: version.stages,
    CreatedDate: epochSeconds(version.createdAt),
  };
}

/** Lists labelled or all versions, oldest first, even if the secret is scheduled for deletion. */
export function listSecretVersionIds(
  { store }: Service,
  request: InferOutput<typeof listSecretVersionIdsRequest>,
): object {
  const secret = store.get(request.SecretId);
  const page = pageOf(
    secret.versions.filter(({ stages }) => request.IncludeDeprecated || stages.length > 0),
    ({ id }) => id,
    { size: request.MaxResults, token: request.NextToken },
    invalidNextToken,
  );
  return {
    ARN: secret.arn,
    Name: secret.name,
    Versions: page.items.map(({ id, stages, createdAt, accessedAt }) => ({
      KmsKeyIds: [secret.kmsKeyId ?? 'DefaultEncryptionKey'],
      LastAccessedDate: epochSeconds(accessedAt),
      VersionId: id,
      VersionStages: stages.length > 0 ? stages : undefined,
      CreatedDate: epochSeconds(createdAt),
    })),
    NextToken: page.nextToken,
  };
}

/** Stores a value as a version, by default the current one. */
export function putSecretValue(
  service: Service,
  request: InferOutput<typeof putSecretValueRequest>,
): object {
  const id = requireToken(request.ClientRequestToken, invalidRequest);
  const value = requestedValue(request);
  if (value === undefined) {
    throw invalidRequest('You must provide either SecretString or SecretBinary.');
  }
  const secret = writableSecret(service, request.SecretId);
  const stored = withVersion(service, secret, { id, value, stages: request.VersionStages });
  service.store.put(stored);
  return {
    ARN: stored.arn,
    Name: stored.name,
    VersionId: id,
    VersionStages: findVersion(stored.versions, id)?.stages,
  };
}

/** Attaches, moves or removes one staging label. */
export function updateSecretVersionStage(
  service: Service,
  request: InferOutput<typeof updateSecretVersionStageRequest>,
): object {
  const secret = writableSecret(service, request.SecretId);
  const { VersionStage: stage, MoveToVersionId: to } = request;
  const { versions } = secret;
  checkStageMove(secret, request);
  const moved = to === undefined ? removeStage(versions, stage) : moveStage(versions, stage, to);
  if ((findVersion(moved, to ?? '')?.stages.length ?? 0) > maxStages) {
    throw limitExceeded(`A version can't have more than ${maxStages} staging labels.`);
  }
  if (moved !== versions) {
    service.store.put({ ...secret, versions: moved, changedAt: service.now() });
  }
  return { ARN: secret.arn, Name: secret.name };
}

/**
 * Adds a version to a secret. As at AWS, the next rotation is counted from now.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html
 */
export function withVersion(service: Service, secret: Secret, version: NewVersion): Secret {
  requireKey(service, secret, 'encrypt');
  const now = service.now();
  const stored = storeVersion(secret, version, now, service.versionCap);
  if (stored === secret || secret.rotation?.enabled !== true) return stored;
  return { ...stored, nextRotationAt: nextRotationAt(secret.rotation.rules, now) };
}

/** The value in a request, if there is one. */
export function requestedValue(request: {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: string | undefined;
}): SecretValue | undefined {
  const { SecretString, SecretBinary } = request;
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  if (SecretString !== undefined) return { SecretString };
  return SecretBinary === undefined ? undefined : { SecretBinary };
}

function wantedVersion(
  { versions }: Secret,
  { VersionId: id, VersionStage: stage }: InferOutput<typeof getSecretValueRequest>,
): SecretVersion {
  const wantedStage = stage ?? 'AWSCURRENT';
  const version = id === undefined ? stageHolder(versions, wantedStage) : findVersion(versions, id);
  if (version?.value === undefined) {
    const wanted = id === undefined ? `staging label: ${wantedStage}` : `VersionId: ${id}`;
    throw resourceNotFound(`Secrets Manager can't find the specified secret value for ${wanted}`);
  }
  if (stage !== undefined && !version.stages.includes(stage)) {
    throw invalidRequest(
      'You provided a VersionStage that is not associated to the provided VersionId.',
    );
  }
  return version;
}

function checkStageMove(
  { versions }: Secret,
  request: InferOutput<typeof updateSecretVersionStageRequest>,
): void {
  const { VersionStage: stage, MoveToVersionId: to, RemoveFromVersionId: from } = request;
  if (to === undefined && from === undefined) {
    throw invalidParameter('You must provide MoveToVersionId, RemoveFromVersionId, or both.');
  }
  if (to !== undefined && findVersion(versions, to) === undefined) {
    throw resourceNotFound(`Secrets Manager can't find the specified secret version: ${to}`);
  }
  const holder = stageHolder(versions, stage)?.id;
  if (from !== undefined && from !== holder) {
    throw invalidParameter(
      `The staging label ${stage} isn't attached to the version ${from} in RemoveFromVersionId.`,
    );
  }
  if (from === undefined && holder !== undefined && holder !== to) {
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  if (to === undefined && stage === 'AWSCURRENT') {
    throw invalidParameter(
      "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
    );
  }
}
