import { join } from 'node:path';
import {
  CloudFormationValidatePlugin,
  type IPolicyValidationContext,
  type IPolicyValidationPlugin,
  NestedStack,
  type PolicyValidationPluginReport,
  type PolicyValidationStack,
  Stage,
  Token,
} from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

/**
 * Rules that fail the synthesis when they cannot be evaluated, for example because a file of theirs
 * does not parse. `cdk synth` shows a plugin's own failure, but counts violations only. They hold for
 * the templates of nested stacks, too, which CDK does not pass to plugins.
 */
export class StrictCloudFormationRules extends CloudFormationValidatePlugin {
  override validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const stackTemplates = [...context.stackTemplates, ...nestedTemplates(context)];
    return orViolation(this, () => super.validate({ ...context, stackTemplates }));
  }
}

function nestedTemplates({ appConstruct }: IPolicyValidationContext): PolicyValidationStack[] {
  const known = (text: string) => (Token.isUnresolved(text) ? undefined : text);
  return appConstruct.node
    .findAll()
    .filter((construct) => NestedStack.isNestedStack(construct))
    .map((stack) => ({
      stackConstructPath: stack.node.path,
      templatePath: join(Stage.of(stack)?.outdir ?? '', stack.templateFile),
      accountId: known(stack.account),
      region: known(stack.region),
    }));
}

/** The same for cdk-nag's rules. */
export class StrictAwsSolutions extends AwsSolutionsChecks {
  override validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    return orViolation(this, () => super.validate(context));
  }
}

function orViolation(
  { name }: Pick<IPolicyValidationPlugin, 'name'>,
  validate: () => PolicyValidationPluginReport,
): PolicyValidationPluginReport {
  try {
    return validate();
  } catch (error) {
    // The engine throws strings.
    const reason = error instanceof Error ? error.message : String(error);
    const description = `the rules of ${name} cannot be evaluated: ${reason}`;
    const violation = { ruleName: 'RULES_ARE_EVALUATED', description, severity: 'error' };
    return {
      success: false,
      violations: [{ ...violation, violatingResources: [{ locations: [] }] }],
    };
  }
}
