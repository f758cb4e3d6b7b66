import { App, Stack } from 'aws-cdk-lib';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ImsTokenRotator, type ImsTokenRotatorProps } from '../../infra/index.ts';

export function stackWithEnv(app = new App()): Stack {
  return new Stack(app, 'Apps', { env: { account: '111122223333', region: 'eu-west-1' } });
}

export function importedVpc(stack: Stack): IVpc {
  return Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a'],
    privateSubnetIds: ['subnet-0123456789abcdef0'],
    privateSubnetRouteTableIds: ['rtb-0123456789abcdef0'],
  });
}

export function importedSecret(stack: Stack, name: string): ISecret {
  const arn = `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}-AbCdEf`;
  return Secret.fromSecretCompleteArn(stack, name, arn);
}

/** A rotator with a resource of every kind that the construct creates, and three credentials. */
export function fullRotator(stack: Stack, props: ImsTokenRotatorProps = {}): ImsTokenRotator {
  const rotator = new ImsTokenRotator(stack, 'Rotator', {
    vpc: importedVpc(stack),
    tracing: true,
    nativeRotation: true,
    encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }) as IKey,
    alarms: { emails: ['ops@example.com'] },
    proxy: { url: 'http://proxy.example.com:8080', credentials: importedSecret(stack, 'proxy') },
    ...props,
  });
  rotator.addCredential('shared', {
    readerAccounts: ['444455556666'],
    clientSecretRotation: true,
  });
  rotator.addCredential('imported', { clientSecret: importedSecret(stack, 'adobe') });
  rotator.addCredential('replicated', { replicaRegions: [{ region: 'us-east-1' }] });
  return rotator;
}
