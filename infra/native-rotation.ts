import { Stack } from 'aws-cdk-lib';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { RotatorFunction } from './rotator-function.ts';

/** Secrets Manager's own rotation, started by hand only: by the console or by `rotate-secret`. */
export class NativeRotation extends Construct {
  readonly #rotator: RotatorFunction;
  readonly #permission: CfnPermission;

  constructor(scope: Construct, id: string, rotator: RotatorFunction) {
    super(scope, id);
    this.#rotator = rotator;
    // One permission serves all secrets: the function's policy has no room for one per secret.
    this.#permission = new CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: rotator.function.functionArn,
      principal: 'secretsmanager.amazonaws.com',
      sourceAccount: Stack.of(this).account,
    });
  }

  /** Unlike CDK's `addRotationSchedule`, does not rotate at each deployment, and grants less. */
  attach(secret: ISecret): void {
    const schedule = new CfnRotationSchedule(secret, 'Rotation', {
      secretId: secret.secretArn,
      rotationLambdaArn: this.#rotator.function.functionArn,
      rotateImmediatelyOnUpdate: false,
    });
    // Secrets Manager invokes the function at once, with the test step, to check its access.
    schedule.node.addDependency(this.#permission, this.#rotator.role);
  }
}
