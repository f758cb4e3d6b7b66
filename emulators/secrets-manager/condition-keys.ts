import type { RequestContext } from '../wire/authorization.ts';
import type { Secret, Tag } from './secret.ts';

/** Request members that are condition keys under the same name. */
const members = [
  'Name',
  'SecretId',
  'Description',
  'KmsKeyId',
  'VersionId',
  'VersionStage',
  'RotationLambdaARN',
  'RecoveryWindowInDays',
  'ForceDeleteWithoutRecovery',
] as const;

/**
 * The condition keys of a call of Secrets Manager.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
 */
export function requestContext(
  request: Readonly<Record<string, unknown>>,
  secret: Secret | undefined,
  callerContext: RequestContext,
): RequestContext {
  const context: Record<string, string | readonly string[]> = { ...callerContext };
  for (const member of members) {
    if (request[member] !== undefined) {
      context[`secretsmanager:${member}`] = String(request[member]);
    }
  }
  const added = Array.isArray(request['Tags']) ? (request['Tags'] as readonly Tag[]) : [];
  for (const { Key, Value } of added) context[`aws:RequestTag/${Key}`] = Value;
  const removed = Array.isArray(request['TagKeys']) ? (request['TagKeys'] as string[]) : [];
  const tagKeys = [...added.map(({ Key }) => Key), ...removed];
  if (tagKeys.length > 0) context['aws:TagKeys'] = tagKeys;
  for (const { Key, Value } of secret?.tags ?? []) {
    context[`aws:ResourceTag/${Key}`] = Value;
    context[`secretsmanager:ResourceTag/${Key}`] = Value;
  }
  if (secret?.primaryRegion !== undefined) {
    context['secretsmanager:SecretPrimaryRegion'] = secret.primaryRegion;
  }
  return context;
}
