import { type Principal, principalArn } from './caller.ts';
import { AwsError } from './errors.ts';

/** The condition keys of a request, as IAM policies see them. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

/**
 * Decides whether a call is allowed.
 *
 * @param action for example `secretsmanager:PutSecretValue`
 * @param resource the ARN of what the call is about, or `*`; the ARN of a secret that does not
 *   exist ends in six question marks
 * @param context the condition keys; `aws:PrincipalArn` identifies the caller
 */
export type Authorize = (
  action: string,
  resource: string,
  context: RequestContext,
) => boolean | Promise<boolean>;

/** The condition keys that every call has. */
export function callerContext(caller: Principal, region: string): RequestContext {
  return { 'aws:RequestedRegion': region, 'aws:PrincipalArn': principalArn(caller) };
}

/** The error for a call that no policy allows. */
export function accessDenied({ arn }: Principal, action: string, resource: string): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  );
}
