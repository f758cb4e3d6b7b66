import type { SecretSeed } from './secrets-manager/seed.ts';
import type { SecretsManagerEmulator } from './secrets-manager/server.ts';

/** A CloudFormation template, as far as it is read here. */
export interface CloudFormationTemplate {
  readonly Resources: Readonly<
    Record<
      string,
      { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }
    >
  >;
}

interface SecretProperties {
  readonly Name?: string;
  readonly Description?: string;
  readonly SecretString?: string;
  readonly GenerateSecretString?: object;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

/**
 * Creates the secrets of a template as CloudFormation would: empty, unless the template gives a
 * value or has one generated.
 *
 * @returns the ARNs by logical id, which is what `Ref` gives
 * @throws Error for a secret whose name is not literal
 */
export function seedTemplate(
  secretsManager: SecretsManagerEmulator,
  template: CloudFormationTemplate,
): ReadonlyMap<string, string> {
  const secrets = Object.entries(template.Resources).filter(
    ([, { Type }]) => Type === 'AWS::SecretsManager::Secret',
  );
  return new Map(
    secrets.map(([logicalId, { Properties = {} }]) => [
      logicalId,
      secretsManager.seed(toSeed(logicalId, Properties as SecretProperties)),
    ]),
  );
}

function toSeed(logicalId: string, properties: SecretProperties): SecretSeed {
  const { Name, Description, SecretString, GenerateSecretString, Tags = [] } = properties;
  if (typeof Name !== 'string') throw new Error(`the name of ${logicalId} is not literal`);
  const value = GenerateSecretString === undefined ? SecretString : 'generated-password';
  return {
    name: Name,
    tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])),
    ...(Description === undefined ? {} : { description: Description }),
    ...(value === undefined ? {} : { secretString: value }),
  };
}
