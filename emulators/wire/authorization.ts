import type { Secret, Tag } from '../secrets-manager/secret.ts';
import { type Principal, principalArn } from './caller.ts';
import { AwsError } from './errors.ts';

/** The condition keys of a request, as IAM policies see them. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

/**
 * Decides whether a call is allowed. The action is such as `secretsmanager:PutSecretValue`; the
 * resource is the ARN of the secret, or `*` for ListSecrets; `aws:PrincipalArn` in the context tells
 * the caller. A secret that does not exist (yet) has
 * six question marks in place of the ARN's suffix.
 */
export type Authorize = (
  action: string,
  resource: string,
  context: RequestContext,
) => boolean | Promise<boolean>;

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

/** The condition keys that every call has. */
export function callerContext(caller: Principal, region: string): RequestContext {
  return { 'aws:RequestedRegion': region, 'aws:PrincipalArn': principalArn(caller) };
}

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html */
export function requestContext(
  request: Readonly<Record<string, unknown>>,
  secret: Secret | undefined,
  ofCaller: RequestContext,
): RequestContext {
  const context: Record<string, string | readonly string[]> = { ...ofCaller };
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

/** The answer to a call that no policy allows. */
export function accessDenied({ arn }: Principal, action: string, resource: string): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  );
}
