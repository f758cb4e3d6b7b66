import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, type IPolicyValidationPlugin, Validations } from 'aws-cdk-lib';
import { StrictAwsSolutions, StrictCloudFormationRules } from './strict-validation.ts';

const guardFolder = join(import.meta.dirname, 'guard');

/**
 * Fails every synthesis that violates a rule of `guard/`, of cdk-nag's AwsSolutions, or of CDK itself
 * (whose rules are errors by a flag in `cdk.json`), unless the construct acknowledges the finding.
 * Fails it too if rules cannot be evaluated.
 */
export function addValidations(app: App, folder: string = guardFolder): void {
  const guardRules = readdirSync(folder)
    .filter((name) => name.endsWith('.guard'))
    .map((name) => ({ name, content: readFileSync(join(folder, name), 'utf8') }));
  // Under exactOptionalPropertyTypes CDK's class does not satisfy its own interface.
  const rules = new StrictCloudFormationRules({ guardRules }) as IPolicyValidationPlugin;
  Validations.of(app).addPlugins(rules, new StrictAwsSolutions(app));
}
