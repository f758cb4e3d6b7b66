import {
  CloudFormationValidatePlugin,
  type IPolicyValidationContext,
  type IPolicyValidationPlugin,
  type PolicyValidationPluginReport,
} from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

/**
 * Rules that fail the synthesis when they cannot be evaluated, for example because a file of theirs
 * does not parse. `cdk synth` shows a plugin's own failure, but counts violations only.
 */
export class StrictCloudFormationRules extends CloudFormationValidatePlugin {
  override validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    return orViolation(this, () => super.validate(context));
  }
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
