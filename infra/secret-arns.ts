import { Arn, type ArnComponents, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import { refuse } from './refuse.ts';

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
function isSecretArnPattern(arn: string): boolean {
  return arn.endsWith(anySuffix);
}

/** The parts of an ARN; undefined if it is unknown until deployment. */
export function arnParts(arn: string): ArnComponents | undefined {
  return Token.isUnresolved(arn) ? undefined : Arn.split(arn, ArnFormat.COLON_RESOURCE_NAME);
}

/** The ARN of a secret that the function reads, which must be complete and of its Region. */
export function completeSecretArn(
  scope: IConstruct,
  secret: ISecret,
  { what, code }: { readonly what: string; readonly code: string },
): string {
  const arn = secret.secretFullArn;
  if (arn === undefined || isSecretArnPattern(arn)) {
    refuse(
      scope,
      `${code}ByName`,
      `${what} ${secret.secretName} is imported by name or partial ARN; import it by its complete ` +
        'ARN, which ends in six random characters: Secret.fromSecretCompleteArn(…)',
    );
  }
  const { region } = Stack.of(scope);
  const own = arnParts(arn)?.region ?? secret.env.region;
  if (!Token.isUnresolved(own) && !Token.isUnresolved(region) && own !== region) {
    refuse(
      scope,
      `${code}Region`,
      `${what} ${arn} is in ${own}, but the rotator is in ${region}; replicate the secret to ` +
        `${region} and import the replica, or deploy the rotator in ${own}`,
    );
  }
  return arn;
}
