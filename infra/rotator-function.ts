import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
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
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { environmentVariables } from '../core/contract.ts';
import { bundleDirectory } from './bundle.ts';
import { CaCertificates } from './ca-certificates.ts';
import type { ImsTokenRotatorProps } from './ims-token-rotator-props.ts';
import { proxyEnvironment } from './proxy.ts';
import { refuse } from './refuse.ts';
import { RotatorRole } from './rotator-role.ts';
import { type Timing, tickLimits, tickProblem, timeoutLimits, timeoutProblem } from './timing.ts';

type Network = Pick<
  ImsTokenRotatorProps,
  'vpc' | 'vpcSubnets' | 'securityGroups' | 'proxy' | 'caCertificates'
>;

export interface RotatorFunctionProps extends Timing, Network {
  readonly rotator: string;
  readonly prefix: string;
  readonly tracing: boolean;
  readonly logRetention: RetentionDays;
}

/** Data protection policies support only a small part of regular expressions, without groups. */
export const jwtShaped = 'eyJ[A-Za-z0-9_-]{8,}[.]eyJ[A-Za-z0-9_-]{8,}';

/** The rotator's function with its role and log group. */
export class RotatorFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: RotatorRole;
  readonly logGroup: LogGroup;
  /** The variables that the function has whatever its credentials are. */
  readonly environment: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: RotatorFunctionProps) {
    super(scope, id);
    const { rotator, prefix, tick, timeout, validate } = props;
    this.#check(props);
    this.logGroup = new LogGroup(this, 'LogGroup', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
      dataProtectionPolicy: new DataProtectionPolicy({
        name: 'mask-tokens',
        description: 'Masks anything that looks like an access token, should one ever be logged',
        identifiers: [new CustomDataIdentifier('JwtShaped', jwtShaped)],
      }),
    });
    this.role = new RotatorRole(this, 'Permissions', { rotator, prefix });
    this.logGroup.grantWrite(this.role.role);
    const { proxy, caCertificates: file } = props;
    const ca =
      file === undefined ? undefined : new CaCertificates(this, 'CaCertificates', { file });
    this.environment = {
      [environmentVariables.name]: rotator,
      [environmentVariables.prefix]: prefix,
      [environmentVariables.tickSeconds]: String(tick.toSeconds()),
      ...(validate ? { [environmentVariables.validate]: 'true' } : {}),
      ...(proxy === undefined ? {} : proxyEnvironment(this, proxy)),
      ...ca?.environment,
    };
    if (proxy?.credentials !== undefined) {
      this.role.allowProxySecret(proxy.credentials as ISecret);
    }
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
      environment: { ...this.environment },
      ...(ca === undefined ? {} : { layers: [ca.layer] }),
      ...network(props),
    });
    // Lambda does not create the function before its role may create network interfaces.
    if (props.vpc !== undefined) {
      this.function.node.addDependency(this.role.allowNetworkInterfaces());
    }
  }

  #check(props: RotatorFunctionProps): void {
    this.#checkTiming(props);
    const { vpc, vpcSubnets, securityGroups } = props;
    if (vpc === undefined && (vpcSubnets !== undefined || securityGroups !== undefined)) {
      refuse(this, 'VpcMissing', 'vpcSubnets and securityGroups need the vpc that they belong to');
    }
  }

  #checkTiming({ tick, timeout, validate }: Timing): void {
    const { least, most } = tickLimits;
    const minutes = tick.toMinutes({ integral: false });
    if (!Number.isInteger(minutes) || minutes < least || minutes > most) {
      refuse(
        this,
        'Tick',
        `tick must be ${least} to ${most} whole minutes; it is ${tick.toHumanString()}`,
      );
    }
    if (timeout.toSeconds() > 60 * timeoutLimits.most) {
      refuse(
        this,
        'Timeout',
        `timeout must be at most ${timeoutLimits.most} minutes, the limit of AWS Lambda; ` +
          `it is ${timeout.toHumanString()}`,
      );
    }
    const timing = { tick, timeout, validate };
    const problemOfTick = tickProblem(timing);
    if (problemOfTick !== undefined) refuse(this, 'TickTooShort', `tick ${problemOfTick}`);
    const problemOfTimeout = timeoutProblem(timing);
    if (problemOfTimeout !== undefined) {
      refuse(this, 'TimeoutTooShort', `timeout ${problemOfTimeout}`);
    }
  }
}

function network({ vpc, vpcSubnets, securityGroups }: Network) {
  return {
    ...(vpc === undefined ? {} : { vpc: vpc as IVpc }),
    ...(vpcSubnets === undefined ? {} : { vpcSubnets }),
    ...(securityGroups === undefined ? {} : { securityGroups: [...securityGroups] }),
  };
}
