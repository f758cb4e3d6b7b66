import { fileURLToPath } from 'node:url';
import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

const bundle = fileURLToPath(new URL('../dist/lambda', import.meta.url));

export interface RotatorFunctionProps {
  readonly rotator: string;
  readonly prefix: string;
  readonly tick: Duration;
  /** Whether IMS is asked about each token before it is stored. */
  readonly validate: boolean;
}

/** The rotator's function with a role that may do what it does and nothing else. */
export class RotatorFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: RotatorFunctionProps) {
    super(scope, id);
    const { rotator, prefix, tick, validate } = props;
    const logGroup = new LogGroup(this, 'LogGroup', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Renews the Adobe IMS access tokens of the rotator ${rotator}`,
    });
    logGroup.grantWrite(role);
    const secretArn = (kind: string): string =>
      Stack.of(this).formatArn({
        service: 'secretsmanager',
        resource: 'secret',
        resourceName: `${prefix}/*/${kind}-??????`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    // ListSecrets takes no resource, so it has a policy of its own.
    new Policy(this, 'ListPolicy', {
      roles: [role],
      statements: [
        new PolicyStatement({ actions: ['secretsmanager:ListSecrets'], resources: ['*'] }),
      ],
    });
    new Policy(this, 'SecretsPolicy', {
      roles: [role],
      statements: [
        new PolicyStatement({
          actions: ['secretsmanager:GetSecretValue'],
          resources: [secretArn('client')],
        }),
        new PolicyStatement({
          actions: [
            'secretsmanager:DescribeSecret',
            'secretsmanager:GetSecretValue',
            'secretsmanager:PutSecretValue',
            'secretsmanager:UpdateSecretVersionStage',
          ],
          resources: [secretArn('token')],
        }),
        new PolicyStatement({
          actions: ['secretsmanager:TagResource'],
          resources: [secretArn('token')],
          conditions: {
            'ForAllValues:StringEquals': { 'aws:TagKeys': ['ims-token-rotator:status'] },
          },
        }),
      ],
    });
    this.function = new LambdaFunction(this, 'Function', {
      description: `Renews the Adobe IMS access tokens of the rotator ${rotator}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundle),
      handler: 'index.handler',
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      memorySize: 256,
      timeout: Duration.minutes(10),
      retryAttempts: 1,
      maxEventAge: Duration.minutes(5),
      environment: {
        IMS_TOKEN_ROTATOR_NAME: rotator,
        IMS_TOKEN_ROTATOR_PREFIX: prefix,
        IMS_TOKEN_ROTATOR_TICK_SECONDS: String(tick.toSeconds()),
        NODE_OPTIONS: '--enable-source-maps',
        ...(validate ? { IMS_TOKEN_ROTATOR_VALIDATE: 'true' } : {}),
      },
    });
  }
}
