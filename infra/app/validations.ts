import { readdirSync, readFileSync } from 'node:fs';
import {
  type App,
  CloudFormationValidatePlugin,
  type IPolicyValidationPlugin,
  Validations,
} from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

const guardFolder = new URL('./guard/', import.meta.url);

/**
 * Fails every synthesis that violates a rule of `guard/`, of cdk-nag's AwsSolutions, or of CDK itself
 * (whose rules are errors by a flag in `cdk.json`), unless the construct acknowledges the finding.
 */
export function addValidations(app: App): void {
  const guardRules = readdirSync(guardFolder)
    .filter((name) => name.endsWith('.guard'))
    .map((name) => ({ name, content: readFileSync(new URL(name, guardFolder), 'utf8') }));
  // Under exactOptionalPropertyTypes CDK's class does not satisfy its own interface.
  const rules = new CloudFormationValidatePlugin({ guardRules }) as IPolicyValidationPlugin;
  Validations.of(app).addPlugins(rules, new AwsSolutionsChecks(app));
}
