import { Stack } from 'aws-cdk-lib';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type ClientSecretRotation, defaultRotationSchedule } from './client-secret-rotation.ts';
import type { OperatorRights } from './operator-rights.ts';
import { RotatingSecrets } from './rotating-secrets.ts';
import type { RotatorFunction } from './rotator-function.ts';
import type { RotatorWatch } from './rotator-watch.ts';

export interface NativeRotationProps {
  readonly rotator: RotatorFunction;
  readonly operators: OperatorRights;
  readonly watch: RotatorWatch;
  /** Attaches token secrets too: operators start their rotation by hand. */
  readonly tokens: boolean;
}

interface Rotating extends ClientSecretRotation {
  readonly client: ISecret;
  readonly token: ISecret;
}

/**
 * Secrets Manager's own rotation. That of a token is started by hand only: by the console or by
 * `rotate-secret`. That of a client secret has a schedule.
 */
export class NativeRotation extends Construct {
  readonly #props: NativeRotationProps;
  readonly #secrets: RotatingSecrets;
  #permission: CfnPermission | undefined;

  constructor(scope: Construct, id: string, props: NativeRotationProps) {
    super(scope, id);
    this.#props = props;
    this.#secrets = new RotatingSecrets(this, 'ClientSecrets', props.rotator.role);
    if (props.tokens) this.#permit();
  }

  /** Attaches those secrets of a credential that are to rotate. */
  add({ client, token, ...options }: Rotating): void {
    const { operators, watch, tokens } = this.#props;
    if (tokens) this.#attach(token);
    if (options.clientSecretRotation !== true) return;
    this.#secrets.allow(client);
    operators.addClientSecretRotation(client.secretArn);
    watch.addClientSecretRotation();
    this.#attach(client, options.clientSecretRotationSchedule ?? defaultRotationSchedule);
  }

  /** Unlike CDK's `addRotationSchedule`, does not rotate at each deployment, and grants less. */
  #attach(secret: ISecret, scheduleExpression?: string): void {
    const { rotator } = this.#props;
    const schedule = new CfnRotationSchedule(secret, 'Rotation', {
      secretId: secret.secretArn,
      rotationLambdaArn: rotator.function.functionArn,
      rotateImmediatelyOnUpdate: false,
      ...(scheduleExpression === undefined ? {} : { rotationRules: { scheduleExpression } }),
    });
    // Secrets Manager invokes the function at once, with the test step, to check its access.
    schedule.node.addDependency(this.#permit(), rotator.role, this.#secrets);
  }

  /** One permission serves all secrets: the function's policy has no room for one per secret. */
  #permit(): CfnPermission {
    this.#permission ??= new CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: this.#props.rotator.function.functionArn,
      principal: 'secretsmanager.amazonaws.com',
      sourceAccount: Stack.of(this).account,
    });
    return this.#permission;
  }
}
