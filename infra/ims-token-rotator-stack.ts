import {
  Annotations,
  CfnOutput,
  Duration,
  RemovalPolicy,
  Stack,
  type StackProps,
} from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ImsTokenRotator } from './ims-token-rotator.ts';
import type {
  ImsTokenRotatorAlarmOptions,
  ImsTokenRotatorProps,
  ImsTokenRotatorProxyOptions,
} from './ims-token-rotator-props.ts';
import type { ImsTokenRotatorSettings } from './ims-token-rotator-settings.ts';
import { parseSettings, readSettings } from './settings.ts';

/** Properties of a stack that is a rotator. */
export interface ImsTokenRotatorStackProps extends StackProps {
  /**
   * The rotator's settings.
   *
   * @default - those in `cdk.json`, under the context key `ims-token-rotator`, or in
   *   `ims-token-rotator.json` beside it
   */
  readonly settings?: ImsTokenRotatorSettings | undefined;
}

/** A rotator with the credentials that its settings list. */
export class ImsTokenRotatorStack extends Stack {
  /** The rotator: its credentials, grants, metrics and resources. */
  readonly rotator: ImsTokenRotator;

  /** @throws Error that lists every problem of the settings */
  constructor(scope: Construct, id: string, props: ImsTokenRotatorStackProps = {}) {
    super(scope, id, {
      description: 'Keeps Adobe IMS access tokens fresh in Secrets Manager',
      ...props,
    });
    const settings = settingsOf(this, props);
    const imports = new Construct(this, 'Imports');
    const minutes = (count: number | undefined): Duration | undefined =>
      count === undefined ? undefined : Duration.minutes(count);
    const rotator = new ImsTokenRotator(this, 'Rotator', {
      rotatorName: settings.rotatorName,
      prefix: settings.prefix,
      tick: minutes(settings.tickMinutes),
      timeout: minutes(settings.timeoutMinutes),
      shards: settings.shards,
      shardStems: settings.shardStems,
      concurrency: settings.concurrency,
      imsRequestsPerSecond: settings.imsRequestsPerSecond,
      writesPerSecond: settings.writesPerSecond,
      logRetention: settings.logRetentionDays,
      encryptionKey: keyOf(imports, settings.keyArn),
      removalPolicy: settings.retainSecrets === false ? RemovalPolicy.DESTROY : undefined,
      validate: settings.validate,
      nativeRotation: settings.nativeRotation,
      tracing: settings.tracing,
      ...networkOf(imports, settings),
      proxy: proxyOf(imports, settings.proxy),
      caCertificates: settings.caCertificates,
      alarms: alarmOptions(imports, settings.alarms),
      dashboard: settings.dashboard,
    });
    this.rotator = rotator;
    for (const [name, credential] of Object.entries(settings.credentials ?? {})) {
      rotator.addCredential(name, {
        product: credential.product,
        scopes: credential.scopes,
        renewBefore:
          credential.renewBefore === undefined ? undefined : Duration.parse(credential.renewBefore),
        encryptionKey: keyOf(imports, credential.keyArn),
        clientSecretRotation: credential.clientSecretRotation,
        clientSecretRotationSchedule: credential.clientSecretRotationSchedule,
        clientSecret: secretOf(imports, `ClientSecret-${name}`, {
          arn: credential.clientSecretArn,
          keyArn: credential.clientSecretKeyArn,
        }),
      });
    }
    new CfnOutput(this, 'RotatorName', {
      description: 'The name of the rotator, in the CLI and in the dimension of its metrics',
      value: rotator.rotatorName,
    });
    new CfnOutput(this, 'FunctionName', { value: rotator.function.functionName });
    new CfnOutput(this, 'LogGroupName', { value: rotator.logGroup.logGroupName });
    new CfnOutput(this, 'SecretPrefix', {
      description: 'The secrets are <prefix>/<credential>/client and <prefix>/<credential>/token',
      value: rotator.prefix,
    });
  }
}

function settingsOf(
  { node }: Stack,
  { settings }: ImsTokenRotatorStackProps,
): ImsTokenRotatorSettings {
  return settings === undefined
    ? readSettings(node)
    : parseSettings(settings, { title: `the settings of ${node.path}` });
}

/**
 * Imports the network by ids: a lookup would need the account at synthesis, and its placeholder
 * subnets would fail the validations.
 */
function networkOf(
  scope: Construct,
  { vpcId, subnetIds = [], securityGroupIds }: ImsTokenRotatorSettings,
): Pick<ImsTokenRotatorProps, 'vpc' | 'securityGroups'> {
  if (vpcId === undefined) return {};
  const vpc = Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId,
    privateSubnetIds: [...subnetIds],
    // CDK requires a zone, but Lambda uses the subnets only.
    availabilityZones: ['any'],
  });
  Annotations.of(vpc).acknowledgeWarning(
    '@aws-cdk/aws-ec2:noSubnetRouteTableId',
    'nothing uses the route tables',
  );
  return {
    vpc,
    securityGroups: securityGroupIds?.map((id) => SecurityGroup.fromSecurityGroupId(scope, id, id)),
  };
}

/** Imports each key once, however many secrets it encrypts. */
function keyOf(scope: Construct, keyArn: string | undefined): IKey | undefined {
  if (keyArn === undefined) return undefined;
  const id = `Key-${keyArn.replaceAll(/[^A-Za-z0-9-]/g, '-')}`;
  return (scope.node.tryFindChild(id) as IKey | undefined) ?? Key.fromKeyArn(scope, id, keyArn);
}

function secretOf(
  scope: Construct,
  id: string,
  { arn, keyArn }: { readonly arn: string | undefined; readonly keyArn: string | undefined },
): ISecret | undefined {
  if (arn === undefined) return undefined;
  const encryptionKey = keyOf(scope, keyArn);
  return Secret.fromSecretAttributes(scope, id, {
    secretCompleteArn: arn,
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
  });
}

function proxyOf(
  scope: Construct,
  proxy: ImsTokenRotatorSettings['proxy'],
): ImsTokenRotatorProxyOptions | undefined {
  if (proxy === undefined) return undefined;
  const { url, exceptions, secretArn: arn, secretKeyArn: keyArn } = proxy;
  return { url, exceptions, credentials: secretOf(scope, 'ProxySecret', { arn, keyArn }) };
}

function alarmOptions(
  scope: Construct,
  alarms: ImsTokenRotatorSettings['alarms'] = {},
): ImsTokenRotatorAlarmOptions {
  const { emails, topicArn, thresholds } = alarms;
  const topic: ITopic | undefined =
    topicArn === undefined ? undefined : Topic.fromTopicArn(scope, 'AlarmTopic', topicArn);
  return { emails, topic, ...thresholds };
}
