import { ValidationError } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Fails the synthesis where CloudFormation would deploy something that cannot work. */
export function refuse(scope: IConstruct, code: string, message: string): never {
  // CDK brands its error codes with a type that it does not export.
  throw new ValidationError(code as never, message, scope);
}
