import type { ObservedCall } from '../secrets-manager/observed-call.ts';
import type { Account, TrailEvent } from './account.ts';

/** A call of Secrets Manager, as CloudTrail records it. */
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
    resourceName: secretArn,
    requestParameters:
      secretId === undefined
        ? undefined
        : { [action === 'CreateSecret' ? 'name' : 'secretId']: secretId },
    // CloudTrail shortens this one.
    errorCode: error?.replace(/^(AccessDenied)Exception$/, '$1'),
  };
}
