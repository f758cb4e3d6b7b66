import { randomUUID } from 'node:crypto';
import type { SecretsManagerEmulator } from '../../emulators/secrets-manager/emulator.ts';
import type { SecretSeed } from '../../emulators/secrets-manager/seed.ts';

/** A CloudFormation template, as far as `seedTemplate` reads it. */
export interface CloudFormationTemplate {
  readonly Resources: Readonly<
    Record<
      string,
      { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> | undefined }
    >
  >;
}

interface SecretProperties {
  readonly Name?: string | undefined;
  readonly Description?: string | undefined;
  readonly SecretString?: string | undefined;
  readonly GenerateSecretString?: object | undefined;
  readonly Tags?: readonly { readonly Key: string | undefined; readonly Value: string }[];
}

/**
 * Creates the secrets of a template as CloudFormation would: empty, unless the template sets or
 * generates a value.
 *
 * @param stackName the stack in the tags that CloudFormation adds. @default no such tags
 * @returns the ARNs by logical id: the values of `Ref`
 * @throws Error for a secret whose name is not literal
 */
export function seedTemplate(
  secretsManager: SecretsManagerEmulator,
  template: CloudFormationTemplate,
  stackName?: string,
): ReadonlyMap<string, string> {
  const secrets = Object.entries(template.Resources).filter(
    ([, { Type }]) => Type === 'AWS::SecretsManager::Secret',
  );
  const { region, accountId } = secretsManager;
  const stack = `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/${randomUUID()}`;
  return new Map(
    secrets.map(([logicalId, { Properties = {} }]) => {
      const seed = toSeed(logicalId, Properties as SecretProperties);
      const added = stackName !== undefined && {
        'aws:cloudformation:stack-name': stackName,
        'aws:cloudformation:logical-id': logicalId,
        'aws:cloudformation:stack-id': stack,
      };
      return [logicalId, secretsManager.seed({ ...seed, tags: { ...seed.tags, ...added } })];
    }),
  );
}

function toSeed(logicalId: string, properties: SecretProperties): SecretSeed {
  const { Name, Description, SecretString, GenerateSecretString, Tags = [] } = properties;
  if (typeof Name !== 'string') throw new Error(`the name of ${logicalId} is not literal`);
  const value = GenerateSecretString === undefined ? SecretString : 'generated-password';
  return {
    name: Name,
    tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])),
    description: Description,
    secretString: value,
  };
}
