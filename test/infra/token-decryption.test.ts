import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { ImsTokenRotator } from '../../infra/index.ts';
import { isAllowed, type Statement } from '../support/iam.ts';

const env = { account: '111122223333', region: 'us-east-1' };
const keyArn = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const secret = (name: string, region = 'us-east-1'): string =>
  `arn:aws:secretsmanager:${region}:111122223333:secret:${name}-AbC123`;

function decrypts(statements: readonly Statement[], key: string, arn: string): boolean {
  return isAllowed(statements, 'kms:Decrypt', key, {
    'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com',
    'kms:EncryptionContext:SecretARN': arn,
  });
}

/** The rights of a role, for an imported key. */
function byRole() {
  const stack = new Stack(new App(), 'Apps', { env });
  const encryptionKey = Key.fromKeyArn(stack, 'Key', keyArn);
  const credential = new ImsTokenRotator(stack, 'Rotator').addCredential('fusion', {
    encryptionKey,
  });
  const assumedBy = new ServicePrincipal('ecs-tasks.amazonaws.com');
  credential.grantRead(new Role(stack, 'Workload', { assumedBy }));
  const statements = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('Workload'))
    .flatMap(([, { Properties }]): Statement[] => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => Action === 'kms:Decrypt');
  return (arn: string) => decrypts(statements, keyArn, arn);
}

/** The rights of another account, in the policy of the key. */
function byKey() {
  const stack = new Stack(new App(), 'Apps', { env });
  const encryptionKey = new Key(stack, 'Key');
  const rotator = new ImsTokenRotator(stack, 'Rotator', { encryptionKey });
  for (const name of ['fusion', 'firefly']) {
    rotator.addCredential(name).grantRead(new AccountPrincipal('444455556666'));
  }
  const [key] = Object.values(Template.fromStack(stack).findResources('AWS::KMS::Key'));
  const statements: Statement[] = key?.['Properties'].KeyPolicy.Statement.filter(
    ({ Principal }: Statement) => JSON.stringify(Principal).includes('444455556666'),
  );
  // A statement for each credential would fill the policy of the key.
  expect(statements).toHaveLength(1);
  return (arn: string) => decrypts(statements, '*', arn);
}

describe.each([
  ['its role', byRole],
  ['the policy of the key', byKey],
])('by %s, a reader', (_, by) => {
  it.each([
    ['the token', secret('ims-token-rotator/Apps/fusion/token')],
    ['the token of a prefix before', secret('ims-token-rotator/old/fusion/token')],
    ['a replica', secret('ims-token-rotator/Apps/fusion/token', 'eu-west-1')],
  ])('decrypts %s', (_name, arn) => {
    expect(by()(arn)).toBe(true);
  });

  it.each([
    ['the client secret', secret('ims-token-rotator/Apps/fusion/client')],
    ['a client secret outside the prefix', secret('team/adobe')],
    ['a secret below a token', secret('team/token/adobe')],
    ['what is no secret', 'undefined'],
  ])('does not decrypt %s', (_name, arn) => {
    expect(by()(arn)).toBe(false);
  });
});
