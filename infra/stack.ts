import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CredentialRule } from './credential-rule.ts';
import { CredentialSecrets } from './credential-secrets.ts';
import { RotatorFunction } from './rotator-function.ts';
import type { Settings } from './settings.ts';
import { TickSchedule } from './tick-schedule.ts';

/** A rotator with the credentials of `cdk.json`. Its name is the stack's. */
export class ImsTokenRotatorStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings, props?: StackProps) {
    super(scope, id, props);
    const rotator = this.stackName;
    const prefix = `ims-token-rotator/${rotator}`;
    const tick = Duration.minutes(15);
    const rotatorFunction = new RotatorFunction(this, 'Rotator', {
      rotator,
      prefix,
      tick,
      validate: settings.validate,
    });
    const target = rotatorFunction.function;
    // A tick before the role has its policies would fail.
    new TickSchedule(this, 'Tick', { target, tick }).node.addDependency(rotatorFunction);
    new CredentialRule(this, 'CredentialRule', { target, prefix });
    for (const [credential, { product, scopes }] of Object.entries(settings.credentials)) {
      new CredentialSecrets(this, credential, { prefix, credential, product, scopes });
    }
    new CfnOutput(this, 'FunctionName', { value: target.functionName });
    new CfnOutput(this, 'SecretPrefix', { value: prefix });
  }
}
