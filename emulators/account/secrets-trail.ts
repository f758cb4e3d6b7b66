import type { ObservedCall } from '../secrets-manager/observed-call.ts';
import type { Account, TrailEvent } from './account.ts';

/**
 * A call of Secrets Manager, as CloudTrail records it: of the parameters, what it is about and its tags.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
 */
export function secretsManagerEvent(account: Account, call: ObservedCall): TrailEvent {
  const { action, accessKeyId = '', at, secretId, secretArn, tags, tagKeys, error } = call;
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
        : {
            [action === 'CreateSecret' ? 'name' : 'secretId']: secretId,
            tags: tags?.map(({ Key: key, Value: value }) => ({ key, value })),
            tagKeys,
          },
    // CloudTrail shortens this one.
    errorCode: error?.replace(/^(AccessDenied)Exception$/, '$1'),
  };
}
