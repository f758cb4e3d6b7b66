import * as v from 'valibot';
import { count, matching, oneOf, text, tooShort } from '../wire/request-schema.ts';

const maxValueBytes = 65_536;
const tooLong = `Member must have length less than or equal to ${maxValueBytes}`;

const secretId = text(1, 2048);
const versionId = text(32, 64);
const versionStage = text(1, 256);
const description = text(0, 2048);
const kmsKeyId = text(0, 2048);
const region = matching(text(1, 128), /^([a-z]+-)+\d+$/);
const replica = v.object({ Region: region, KmsKeyId: v.optional(kmsKeyId) });
const tag = v.object({ Key: text(1, 128), Value: v.optional(text(0, 256), '') });
const value = {
  ClientRequestToken: v.optional(v.string()),
  SecretString: v.optional(
    v.pipe(v.string(), v.minLength(1, tooShort), v.maxBytes(maxValueBytes, tooLong)),
  ),
  SecretBinary: v.optional(
    v.pipe(
      v.string(),
      v.transform((base64) => Buffer.from(base64, 'base64')),
      v.minLength(1, tooShort),
      v.maxLength(maxValueBytes, tooLong),
      v.transform((bytes) => bytes.toString('base64')),
    ),
  ),
};

/** The request of each operation. Like AWS, it ignores unknown members. */
export const createSecretRequest = v.object({
  ...value,
  Name: text(1, 512),
  Description: v.optional(description),
  KmsKeyId: v.optional(kmsKeyId),
  Tags: v.optional(v.array(tag), []),
  AddReplicaRegions: v.optional(v.array(replica), []),
});

export const replicateRequest = v.object({
  SecretId: secretId,
  AddReplicaRegions: v.pipe(v.array(replica), v.minLength(1, tooShort)),
});

export const removeRegionsRequest = v.object({
  SecretId: secretId,
  RemoveReplicaRegions: v.pipe(v.array(region), v.minLength(1, tooShort)),
});

export const secretRequest = v.object({ SecretId: secretId });

export const putResourcePolicyRequest = v.object({
  SecretId: secretId,
  ResourcePolicy: text(1, 20_480),
  BlockPublicPolicy: v.optional(v.boolean(), false),
});

export const updateSecretRequest = v.object({
  ...value,
  SecretId: secretId,
  Description: v.optional(description),
  KmsKeyId: v.optional(kmsKeyId),
});

export const deleteSecretRequest = v.object({
  SecretId: secretId,
  RecoveryWindowInDays: v.optional(v.number()),
  ForceDeleteWithoutRecovery: v.optional(v.boolean(), false),
});

export const putSecretValueRequest = v.object({
  ...value,
  SecretId: secretId,
  VersionStages: v.optional(
    v.pipe(
      v.array(versionStage),
      v.minLength(1, tooShort),
      v.maxLength(20, 'Member must have length less than or equal to 20'),
    ),
  ),
  RotationToken: v.optional(matching(text(36, 256), /^[a-zA-Z0-9-]+$/)),
});

export const getSecretValueRequest = v.object({
  SecretId: secretId,
  VersionId: v.optional(versionId),
  VersionStage: v.optional(versionStage),
});

export const listSecretVersionIdsRequest = v.object({
  SecretId: secretId,
  MaxResults: v.optional(count(1, 100), 100),
  NextToken: v.optional(text(1, 4096)),
  IncludeDeprecated: v.optional(v.boolean(), false),
});

export const updateSecretVersionStageRequest = v.object({
  SecretId: secretId,
  VersionStage: versionStage,
  RemoveFromVersionId: v.optional(versionId),
  MoveToVersionId: v.optional(versionId),
});

export const tagResourceRequest = v.object({ SecretId: secretId, Tags: v.array(tag) });

export const untagResourceRequest = v.object({
  SecretId: secretId,
  TagKeys: v.array(text(1, 128)),
});

export const listSecretsRequest = v.object({
  IncludePlannedDeletion: v.optional(v.boolean(), false),
  MaxResults: v.optional(count(1, 100), 100),
  NextToken: v.optional(text(1, 4096)),
  Filters: v.optional(
    v.pipe(
      v.array(
        v.object({
          Key: oneOf([
            'description',
            'name',
            'tag-key',
            'tag-value',
            'primary-region',
            'owning-service',
            'all',
          ]),
          Values: v.pipe(
            v.array(matching(text(0, 512), /^!?[a-zA-Z0-9 :_@/+=.\-!]*$/)),
            v.minLength(1, tooShort),
            v.maxLength(10, 'Member must have length less than or equal to 10'),
          ),
        }),
      ),
      v.maxLength(10, 'Member must have length less than or equal to 10'),
    ),
    [],
  ),
  SortBy: v.optional(
    oneOf(['created-date', 'last-accessed-date', 'last-changed-date', 'name']),
    'created-date',
  ),
  SortOrder: v.optional(oneOf(['asc', 'desc']), 'asc'),
});

/** A ListSecrets request with its defaults. */
export type ListSecretsRequest = v.InferOutput<typeof listSecretsRequest>;

export const rotateSecretRequest = v.object({
  SecretId: secretId,
  ClientRequestToken: v.optional(v.string()),
  RotationLambdaARN: v.optional(text(0, 2048)),
  RotationRules: v.optional(
    v.object({
      AutomaticallyAfterDays: v.optional(
        v.pipe(
          v.number(),
          v.minValue(1, 'Member must have value greater than or equal to 1'),
          v.maxValue(1000, 'Member must have value less than or equal to 1000'),
        ),
      ),
      Duration: v.optional(matching(text(2, 3), /^[0-9]+h$/)),
      ScheduleExpression: v.optional(matching(text(1, 256), /^[0-9A-Za-z()#?*\-/, ]+$/)),
    }),
  ),
  RotateImmediately: v.optional(v.boolean(), true),
});
