import type { Grant, IGrantable, IPrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { type Conditions, conditionsOf, refuseEverybody } from './wildcard-readers.ts';

/** Lets a grantee invoke the function, unless that is everybody in AWS. */
export function grantInvoke(scope: IConstruct, invoked: IFunction, grantee: IGrantable): Grant {
  const access = {
    who: 'grantee',
    what: 'invoke the function',
    hint: ', with one text for each condition, as Lambda has it (grant it to others apart)',
  };
  refuseEverybody(scope, grantee, access, conditionsOfPermission(grantee.grantPrincipal));
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
