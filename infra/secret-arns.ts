import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

// Secrets Manager appends a hyphen and six characters of its choice to the name.
const anySuffix = '-??????';

/** A secret's ARN without the suffix. @default - in the scope's account and Region */
export function partialSecretArn(
  scope: IConstruct,
  name: string,
  place: { readonly account?: string; readonly region?: string } = {},
): string {
  return Stack.of(scope).formatArn({
    service: 'secretsmanager',
    ...place,
    resource: 'secret',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** The pattern that matches the ARN of a secret by its partial ARN. */
export function secretArnPattern(partialArn: string): string {
  return `${partialArn}${anySuffix}`;
}

/** True if CDK gave an ARN this pattern because it knows only the secret's name. */
export function isSecretArnPattern(arn: string): boolean {
  return arn.endsWith(anySuffix);
}
