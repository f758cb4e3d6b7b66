import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import {
  CustomDataIdentifier,
  DataProtectionPolicy,
  LogGroup,
  type RetentionDays,
} from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { bundleDirectory } from './bundle.ts';
import { refuse } from './refuse.ts';
import { RotatorRole } from './rotator-role.ts';

export interface RotatorFunctionProps {
  readonly rotator: string;
  readonly prefix: string;
  readonly tick: Duration;
  readonly timeout: Duration;
  /** Whether IMS is asked about each token before it is stored. */
  readonly validate: boolean;
  readonly tracing: boolean;
  readonly logRetention: RetentionDays;
  readonly vpc: IVpc | Vpc | undefined;
  readonly vpcSubnets: SubnetSelection | undefined;
  readonly securityGroups: readonly ISecurityGroup[] | undefined;
}

/** What a data protection policy may use is a small part of regular expressions, without groups. */
export const jwtShaped = 'eyJ[A-Za-z0-9_-]{8,}[.]eyJ[A-Za-z0-9_-]{8,}';

/** The rotator's function, its role and its log. */
export class RotatorFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: RotatorRole;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: RotatorFunctionProps) {
    super(scope, id);
    const { rotator, prefix, tick, timeout, validate } = props;
    this.#check(props);
    this.logGroup = new LogGroup(this, 'LogGroup', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
      dataProtectionPolicy: new DataProtectionPolicy({
        name: 'mask-tokens',
        description: 'Masks what looks like an access token, should one ever be logged',
        identifiers: [new CustomDataIdentifier('JwtShaped', jwtShaped)],
      }),
    });
    this.role = new RotatorRole(this, 'Permissions', { rotator, prefix });
    this.logGroup.grantWrite(this.role.role);
    this.function = new LambdaFunction(this, 'Function', {
      description: `Renews the Adobe IMS access tokens of the rotator ${rotator}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundleDirectory(this)),
      handler: 'index.handler',
      role: this.role.role,
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: props.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      memorySize: 256,
      timeout,
      retryAttempts: 1,
      maxEventAge: Duration.minutes(5),
      environment: {
        IMS_TOKEN_ROTATOR_NAME: rotator,
        IMS_TOKEN_ROTATOR_PREFIX: prefix,
        IMS_TOKEN_ROTATOR_TICK_SECONDS: String(tick.toSeconds()),
        NODE_OPTIONS: '--enable-source-maps',
        ...(validate ? { IMS_TOKEN_ROTATOR_VALIDATE: 'true' } : {}),
      },
      ...network(props),
    });
    // Lambda refuses to create the function before its role may make network interfaces.
    if (props.vpc !== undefined) {
      this.function.node.addDependency(this.role.allowNetworkInterfaces());
    }
  }

  #check(props: RotatorFunctionProps): void {
    this.#checkTimes(props);
    const { vpc, vpcSubnets, securityGroups } = props;
    if (vpc === undefined && (vpcSubnets !== undefined || securityGroups !== undefined)) {
      refuse(this, 'VpcMissing', 'vpcSubnets and securityGroups need the vpc they are in');
    }
  }

  #checkTimes({ tick, timeout, validate }: RotatorFunctionProps): void {
    const minutes = tick.toMinutes({ integral: false });
    if (!Number.isInteger(minutes) || minutes < 2 || minutes > 1440) {
      refuse(
        this,
        'Tick',
        `the tick must be 2 to 1,440 whole minutes, and is ${tick.toHumanString()}`,
      );
    }
    if (timeout.toSeconds() > 900) {
      refuse(
        this,
        'Timeout',
        `a Lambda runs for at most 15 minutes; the time-out is ${timeout.toHumanString()}`,
      );
    }
    if (timeout.toSeconds() >= tick.toSeconds()) {
      refuse(
        this,
        'TimeoutNotBelowTick',
        `the time-out (${timeout.toHumanString()}) must be below the tick ` +
          `(${tick.toHumanString()}), or runs would overlap; lower the timeout or raise the tick`,
      );
    }
    // The function leaves to the next run what it cannot finish, and one renewal takes this long.
    const least = Duration.minutes(validate ? 2 : 1);
    if (timeout.toSeconds() < least.toSeconds()) {
      refuse(
        this,
        'TimeoutTooShort',
        `the time-out must be at least ${least.toHumanString()}, or no renewal would be begun`,
      );
    }
  }
}

function network({ vpc, vpcSubnets, securityGroups }: RotatorFunctionProps) {
  return {
    ...(vpc === undefined ? {} : { vpc: vpc as IVpc }),
    ...(vpcSubnets === undefined ? {} : { vpcSubnets }),
    ...(securityGroups === undefined ? {} : { securityGroups: [...securityGroups] }),
  };
}
