import type { GenericSchema, InferOutput } from 'valibot';
import { parseRequest } from '../wire/request-schema.ts';
import { removeRegions, replicate } from './replica-operations.ts';
import {
  createSecretRequest,
  deleteSecretRequest,
  getSecretValueRequest,
  listSecretsRequest,
  listSecretVersionIdsRequest,
  putResourcePolicyRequest,
  putSecretValueRequest,
  removeRegionsRequest,
  replicateRequest,
  rotateSecretRequest,
  secretRequest,
  tagResourceRequest,
  untagResourceRequest,
  updateSecretRequest,
  updateSecretVersionStageRequest,
} from './requests.ts';
import { deleteResourcePolicy, getResourcePolicy, putResourcePolicy } from './resource-policy.ts';
import { cancelRotateSecret, rotateSecret } from './rotation-operations.ts';
import {
  createSecret,
  deleteSecret,
  describe,
  restoreSecret,
  tagResource,
  untagResource,
  updateSecret,
} from './secret-operations.ts';
import type { Service } from './service.ts';
import {
  getSecretValue,
  listSecretVersionIds,
  putSecretValue,
  updateSecretVersionStage,
} from './version-operations.ts';

/** A parsed request, ready to be authorized and carried out. */
export interface PreparedOperation {
  readonly request: Readonly<Record<string, unknown>>;
  readonly perform: (service: Service) => object;
}

type Operation = (body: unknown) => PreparedOperation;

/** The emulated operations, by their names in `X-Amz-Target`. */
export const operations: ReadonlyMap<string, Operation> = new Map([
  ['CancelRotateSecret', operation(secretRequest, cancelRotateSecret)],
  ['CreateSecret', operation(createSecretRequest, createSecret)],
  ['DeleteResourcePolicy', operation(secretRequest, deleteResourcePolicy)],
  ['DeleteSecret', operation(deleteSecretRequest, deleteSecret)],
  ['DescribeSecret', operation(secretRequest, describe)],
  ['GetResourcePolicy', operation(secretRequest, getResourcePolicy)],
  ['GetSecretValue', operation(getSecretValueRequest, getSecretValue)],
  ['ListSecrets', operation(listSecretsRequest, ({ list }, request) => list.page(request))],
  ['ListSecretVersionIds', operation(listSecretVersionIdsRequest, listSecretVersionIds)],
  ['PutResourcePolicy', operation(putResourcePolicyRequest, putResourcePolicy)],
  ['PutSecretValue', operation(putSecretValueRequest, putSecretValue)],
  ['RemoveRegionsFromReplication', operation(removeRegionsRequest, removeRegions)],
  ['ReplicateSecretToRegions', operation(replicateRequest, replicate)],
  ['RestoreSecret', operation(secretRequest, restoreSecret)],
  ['RotateSecret', operation(rotateSecretRequest, rotateSecret)],
  ['TagResource', operation(tagResourceRequest, tagResource)],
  ['UntagResource', operation(untagResourceRequest, untagResource)],
  ['UpdateSecret', operation(updateSecretRequest, updateSecret)],
  [
    'UpdateSecretVersionStage',
    operation(updateSecretVersionStageRequest, updateSecretVersionStage),
  ],
]);

function operation<Schema extends GenericSchema<unknown, Record<string, unknown>>>(
  schema: Schema,
  perform: (service: Service, request: InferOutput<Schema>) => object,
): Operation {
  return (body) => {
    const request = parseRequest(schema, body);
    return { request, perform: (service) => perform(service, request) };
  };
}
