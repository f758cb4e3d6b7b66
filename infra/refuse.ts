import { ValidationError } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Ends the synthesis where CloudFormation would deploy something that does not work. */
export function refuse(scope: IConstruct, code: string, message: string): never {
  // CDK brands the codes of its errors with a type that it does not export.
  throw new ValidationError(code as never, message, scope);
}
