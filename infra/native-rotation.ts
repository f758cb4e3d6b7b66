import { Stack } from 'aws-cdk-lib';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { RotatorFunction } from './rotator-function.ts';

/** Secrets Manager's own rotation, for its console's button and `rotate-secret`: by hand only. */
export class NativeRotation extends Construct {
  readonly #rotator: RotatorFunction;
  readonly #permission: CfnPermission;

  constructor(scope: Construct, id: string, rotator: RotatorFunction) {
    super(scope, id);
    this.#rotator = rotator;
    // One permission for all secrets: the function's policy has no room for one each.
    this.#permission = new CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: rotator.function.functionArn,
      principal: 'secretsmanager.amazonaws.com',
      sourceAccount: Stack.of(this).account,
    });
  }

  /** CDK's own `addRotationSchedule` would rotate at each deployment, and grant more. */
  attach(secret: ISecret): void {
    const schedule = new CfnRotationSchedule(secret, 'Rotation', {
      secretId: secret.secretArn,
      rotationLambdaArn: this.#rotator.function.functionArn,
      rotateImmediatelyOnUpdate: false,
    });
    // Secrets Manager calls the function at once, with the step that only tests.
    schedule.node.addDependency(this.#permission, this.#rotator);
  }
}
