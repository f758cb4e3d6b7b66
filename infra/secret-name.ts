import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** A secret whose `secretName` is the known name; CDK would cut it out of the ARN at deployment. */
export function withName(name: string, secret: ISecret): ISecret {
  return Object.defineProperty(secret, 'secretName', { value: name });
}
