import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Policy } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type CfnFunction,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import {
  CustomDataIdentifier,
  DataProtectionPolicy,
  LogGroup,
  type RetentionDays,
} from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { environmentVariables } from '../core/contract.ts';
import { acknowledge, findings } from './acknowledge.ts';
import { bundleDirectory } from './bundle.ts';
import { CaCertificates } from './ca-certificates.ts';
import { checkCapacity, defaultMemory } from './capacity.ts';
import type { ImsTokenRotatorProps } from './ims-token-rotator-props.ts';
import { checkKey } from './keys.ts';
import { allowLogs } from './log-key.ts';
import { type PaceName, paceEnvironment } from './pace.ts';
import { proxyEnvironment } from './proxy.ts';
import { refuse } from './refuse.ts';
import { RotatorRole } from './rotator-role.ts';
import { checkShards, shardEnvironment } from './shards.ts';
import { type Timing, tickLimits, tickProblem, timeoutLimits } from './timing.ts';

type Network = Pick<ImsTokenRotatorProps, 'vpc' | 'vpcSubnets' | 'securityGroups'>;

type Options = Pick<
  ImsTokenRotatorProps,
  | 'proxy'
  | 'caCertificates'
  | 'role'
  | 'logEncryptionKey'
  | 'environmentEncryption'
  | 'memorySize'
  | PaceName
  | 'reservedConcurrentExecutions'
>;

export interface RotatorFunctionProps extends Timing, Network, Options {
  readonly rotator: string;
  readonly prefix: string;
  readonly shards: number;
  readonly shardStems: string[];
  readonly tracing: boolean;
  readonly validate: boolean;
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
    this.#check(props);
    const { rotator, prefix, tick, shards, validate, proxy, caCertificates: file } = props;
    this.logGroup = this.#logGroup(props);
    this.role = new RotatorRole(this, 'Permissions', { rotator, prefix, role: props.role });
    this.role.allowLog(this.logGroup);
    const ca =
      file === undefined ? undefined : new CaCertificates(this, 'CaCertificates', { file });
    this.environment = {
      [environmentVariables.name]: rotator,
      [environmentVariables.prefix]: prefix,
      [environmentVariables.tickSeconds]: String(tick.toSeconds()),
      ...shardEnvironment(shards, props.shardStems),
      ...paceEnvironment(this, props, shards),
      ...(validate ? { [environmentVariables.validate]: 'true' } : {}),
      ...(proxy === undefined ? {} : proxyEnvironment(this, proxy)),
      ...ca?.environment,
    };
    if (proxy?.credentials !== undefined) this.role.allowProxySecret(proxy.credentials);
    this.function = this.#lambda(props, ca);
    this.#acknowledge();
  }

  #logGroup({ logRetention, logEncryptionKey }: RotatorFunctionProps): LogGroup {
    if (logEncryptionKey !== undefined) allowLogs(this, logEncryptionKey);
    return new LogGroup(this, 'LogGroup', {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(logEncryptionKey === undefined ? {} : { encryptionKey: logEncryptionKey }),
      dataProtectionPolicy: new DataProtectionPolicy({
        name: 'mask-tokens',
        description: 'Masks anything that looks like an access token, should one ever be logged',
        identifiers: [new CustomDataIdentifier('JwtShaped', jwtShaped)],
      }),
    });
  }

  #lambda(props: RotatorFunctionProps, ca: CaCertificates | undefined): LambdaFunction {
    const { environmentEncryption, reservedConcurrentExecutions } = props;
    const target = new LambdaFunction(this, 'Function', {
      description: `Renews the Adobe IMS access tokens of the rotator ${props.rotator}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundleDirectory(this)),
      handler: 'index.handler',
      role: this.role.role,
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      memorySize: props.memorySize ?? defaultMemory,
      timeout: props.timeout,
      retryAttempts: 1,
      maxEventAge: Duration.minutes(5),
      environment: { ...this.environment },
      ...(environmentEncryption === undefined ? {} : { environmentEncryption }),
      ...(reservedConcurrentExecutions === undefined ? {} : { reservedConcurrentExecutions }),
      ...(ca === undefined ? {} : { layers: [ca.layer] }),
      ...network(props),
    });
    // Lambda does not create the function before its role has these rights.
    const needed: Policy[] = [];
    if (props.vpc !== undefined) needed.push(this.role.allowNetworkInterfaces());
    if (props.tracing) {
      (target.node.defaultChild as CfnFunction).tracingConfig = { mode: 'Active' };
      needed.push(this.role.allowTracing());
    }
    target.node.addDependency(...needed);
    return target;
  }

  #acknowledge(): void {
    const invocation = this.function.node.findChild('EventInvokeConfig');
    acknowledge(this.function, findings.functionDeadLetters);
    acknowledge(invocation, findings.failureDestination);
  }

  #check(props: RotatorFunctionProps): void {
    this.#checkTiming(props);
    checkShards(this, { shards: props.shards, stems: props.shardStems, tick: props.tick });
    checkCapacity(this, props);
    if (props.environmentEncryption !== undefined) {
      checkKey(this, props.environmentEncryption, 'environmentEncryption');
    }
    const { vpc, vpcSubnets, securityGroups } = props;
    if (vpc === undefined && (vpcSubnets !== undefined || securityGroups !== undefined)) {
      refuse(this, 'VpcMissing', 'vpcSubnets and securityGroups need the vpc that they belong to');
    }
  }

  #checkTiming({ tick, timeout }: Timing): void {
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
    if (timeout.toSeconds() < 60 * timeoutLimits.least) {
      refuse(
        this,
        'TimeoutTooShort',
        `timeout must be at least ${timeoutLimits.least} minutes, or a tick might begin no renewal; ` +
          `it is ${timeout.toHumanString()}`,
      );
    }
    const problem = tickProblem({ tick, timeout });
    if (problem !== undefined) refuse(this, 'TickTooShort', `tick ${problem}`);
  }
}

function network({ vpc, vpcSubnets, securityGroups }: Network) {
  return {
    ...(vpc === undefined ? {} : { vpc }),
    ...(vpcSubnets === undefined ? {} : { vpcSubnets }),
    ...(securityGroups === undefined ? {} : { securityGroups }),
  };
}
