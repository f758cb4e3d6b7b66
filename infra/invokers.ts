import type { Grant, IGrantable, IPrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { refuseOpenRole } from './open-roles.ts';
import { type Conditions, conditionsOf, refuseEverybody } from './wildcard-readers.ts';

/** How errors name an invoker. */
export const invoker = { who: 'grantee', what: 'invoke the function' };

/** Lets a grantee invoke the function, unless that is everybody in AWS. */
export function grantInvoke(scope: IConstruct, invoked: IFunction, grantee: IGrantable): Grant {
  const access = {
    ...invoker,
    hint: ', with one text for each condition, as Lambda has it (grant it to others apart)',
  };
  refuseEverybody(scope, grantee, access, conditionsOfPermission(grantee.grantPrincipal));
  refuseOpenRole(scope, grantee, access);
  return invoked.grantInvoke(grantee);
}

/** Those that CDK writes into a permission of Lambda, which has one text for each; it drops others. */
export function conditionsOfPermission(principal: IPrincipal): Conditions {
  return Object.fromEntries(
    Object.entries(conditionsOf(principal)).map(([name, keys]) => [
      name,
      Object.fromEntries(Object.entries(keys).filter(([, value]) => typeof value === 'string')),
    ]),
  );
}
