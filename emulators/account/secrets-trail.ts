import type { ObservedCall } from '../secrets-manager/observed-call.ts';
import type { Account, TrailEvent } from './account.ts';

/** A call of Secrets Manager as CloudTrail keeps it. */
export function secretsManagerEvent(account: Account, call: ObservedCall): TrailEvent {
  const { action, accessKeyId = '', at, secretId, secretArn, error } = call;
  const { username, arn } = account.principal(accessKeyId);
  return {
    eventName: action,
    eventSource: 'secretsmanager.amazonaws.com',
    at,
    username,
    principalArn: arn,
    accessKeyId,
    ...(secretArn === undefined ? {} : { resourceName: secretArn }),
    ...(secretId === undefined
      ? {}
      : { requestParameters: { [action === 'CreateSecret' ? 'name' : 'secretId']: secretId } }),
    // CloudTrail shortens this one.
    ...(error === undefined ? {} : { errorCode: error.replace(/^(AccessDenied)Exception$/, '$1') }),
  };
}
