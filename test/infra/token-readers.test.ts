import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  AccountPrincipal,
  ArnPrincipal,
  type IGrantable,
  OrganizationPrincipal,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { beforeEach, describe, expect, it } from 'vitest';
import { ImsCredential, type ImsCredentialProps, ImsTokenRotator } from '../../infra/index.ts';

const env = { account: '111122223333', region: 'eu-west-1' };
const other = '444455556666';
const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const replicaKeyArn = 'arn:aws:kms:us-east-1:111122223333:key/abcd1234-12ab-34cd-56ef-1234567890ab';
const read = ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'];
const via = (region: string) => ({
  StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` },
});

let stack: Stack;

beforeEach(() => {
  stack = new Stack(new App(), 'Apps', { env });
});

const add = (props?: ImsCredentialProps): ImsCredential =>
  new ImsTokenRotator(stack, 'Rotator').addCredential('fusion', props);

const workload = (): Role =>
  new Role(stack, 'Workload', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });

/** What the policies of a workload's role say. */
function workloadStatements(): readonly unknown[] {
  return Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('Workload'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
}

function statementsOf(type: string, property: string): readonly Record<string, unknown>[] {
  return Object.values(Template.fromStack(stack).findResources(type)).flatMap(
    ({ Properties }) => Properties[property].Statement,
  );
}

describe('a workload of the account', () => {
  it('may read the token and nothing else', () => {
    const credential = add();
    credential.grantRead(workload()).assertSuccess();
    expect(workloadStatements()).toEqual([
      { Effect: 'Allow', Action: read, Resource: stack.resolve(credential.tokenSecret.secretArn) },
    ]);
  });

  it('may read the token of a replica too', () => {
    const encryptionKey = Key.fromKeyArn(stack, 'ReplicaKey', replicaKeyArn);
    const credential = add({ replicaRegions: [{ region: 'us-east-1', encryptionKey }] });
    credential.grantRead(workload());
    Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::Secret', {
      Name: 'ims-token-rotator/Apps/fusion/token',
      ReplicaRegions: [{ Region: 'us-east-1', KmsKeyId: replicaKeyArn }],
    });
    const replica =
      'secretsmanager:us-east-1:111122223333:secret:ims-token-rotator/Apps/fusion/token-';
    expect(workloadStatements()).toEqual([
      {
        Effect: 'Allow',
        Action: read,
        Resource: [
          stack.resolve(credential.tokenSecret.secretArn),
          { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:${replica}??????`]] },
        ],
      },
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: replicaKeyArn,
        Condition: via('us-east-1'),
      },
    ]);
  });

  it('may use an imported key, for which CDK grants nothing', () => {
    add({ encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn) }).grantRead(workload());
    expect(workloadStatements()).toContainEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: keyArn,
      Condition: via('eu-west-1'),
    });
  });
});

describe('a reader in another account', () => {
  it('has the policies of the secret and of its key', () => {
    add({ encryptionKey: new Key(stack, 'Key'), readerAccounts: [other] });
    const AWS = {
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${other}:root`]],
    };
    expect(statementsOf('AWS::SecretsManager::ResourcePolicy', 'ResourcePolicy')).toEqual([
      { Effect: 'Allow', Action: read, Resource: '*', Principal: { AWS } },
    ]);
    expect(statementsOf('AWS::KMS::Key', 'KeyPolicy')).toContainEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: '*',
      Principal: { AWS },
      Condition: via('eu-west-1'),
    });
  });

  it('needs no edit of a key whose policy is kept elsewhere', () => {
    add({
      encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
      keyPolicyManagedElsewhere: true,
      readerAccounts: [other],
    });
    expect(statementsOf('AWS::SecretsManager::ResourcePolicy', 'ResourcePolicy')).toHaveLength(1);
  });

  it('is told the statement that an imported key lacks', () => {
    const encryptionKey = Key.fromKeyArn(stack, 'Key', keyArn);
    expect(() => add({ encryptionKey, readerAccounts: [other] })).toThrow(
      `the policy of the imported key ${keyArn} cannot be edited here; add this statement to it and ` +
        'set keyPolicyManagedElsewhere: {"Effect":"Allow","Principal":{"AWS":' +
        `["arn:aws:iam::${other}:root"]},"Action":"kms:Decrypt","Resource":"*","Condition":` +
        '{"StringEquals":{"kms:ViaService":"secretsmanager.eu-west-1.amazonaws.com"}}}',
    );
  });

  it.each<[string, (scope: Stack) => IGrantable]>([
    ['an account', () => new AccountPrincipal(other)],
    ['a role by ARN', () => new ArnPrincipal(`arn:aws:iam::${other}:role/reader`)],
    ['an imported role', (scope) => Role.fromRoleArn(scope, 'R', `arn:aws:iam::${other}:role/r`)],
    ['an organisation', () => new OrganizationPrincipal('o-1234567890')],
  ])('cannot do without a key: %s', (_, grantee) => {
    const credential = add();
    expect(() => credential.grantRead(grantee(stack))).toThrow(
      /^a reader in another account \((444455556666|\*)\) cannot use the AWS-managed key aws\/secretsmanager; give the credential an encryptionKey: new Key/,
    );
  });

  it('is found where the stack’s own account is not known, of which CDK says nothing', () => {
    stack = new Stack(new App(), 'Agnostic');
    const credential = add();
    expect(() => credential.grantRead(new AccountPrincipal(other))).toThrow(
      'cannot use the AWS-managed key',
    );
  });

  it('whose role is in the same app needs an account that is known', () => {
    const app = new App();
    stack = new Stack(app, 'Agnostic');
    const there = new Stack(app, 'There', { env: { account: other, region: 'eu-west-1' } });
    const role = new Role(there, 'Reader', { assumedBy: new ServicePrincipal('x'), roleName: 'r' });
    const credential = add({ encryptionKey: new Key(stack, 'Key') });
    expect(() => credential.grantRead(role)).toThrow('account is not known; give the stack an env');
  });

  it('cannot read a replica whose key is the AWS-managed one', () => {
    const encryptionKey = new Key(stack, 'Key');
    expect(() =>
      add({ encryptionKey, replicaRegions: [{ region: 'us-east-1' }], readerAccounts: [other] }),
    ).toThrow('cannot read the replica in us-east-1 without a key of its own; give replicaRegions');
  });

  it('is told the statement that the key of a replica lacks', () => {
    const replicaRegions = [
      { region: 'us-east-1', encryptionKey: Key.fromKeyArn(stack, 'Replica', replicaKeyArn) },
    ];
    expect(() =>
      add({ encryptionKey: new Key(stack, 'Key'), replicaRegions, readerAccounts: [other] }),
    ).toThrow('"kms:ViaService":"secretsmanager.us-east-1.amazonaws.com"');
  });
});

describe('ImsCredential.fromName', () => {
  it('reads a token that no stack declares', () => {
    const credential = ImsCredential.fromName(stack, 'Fusion', {
      rotatorName: 'prod',
      name: 'fusion',
      encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
    });
    expect(credential.clientSecret.secretName).toBe('ims-token-rotator/prod/fusion/client');
    credential.grantRead(workload());
    const secret =
      'secretsmanager:eu-west-1:111122223333:secret:ims-token-rotator/prod/fusion/token-';
    expect(workloadStatements()).toEqual([
      {
        Effect: 'Allow',
        Action: read,
        Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:${secret}??????`]] },
      },
      { Effect: 'Allow', Action: 'kms:Decrypt', Resource: keyArn, Condition: via('eu-west-1') },
    ]);
  });

  it('takes the prefix of a rotator', () => {
    const credential = ImsCredential.fromName(stack, 'Fusion', {
      prefix: 'team/a',
      name: 'fusion',
    });
    expect(credential.tokenSecret.secretName).toBe('team/a/fusion/token');
  });

  it.each([
    ['no rotator', { name: 'fusion' }, 'give the rotatorName, or the prefix of its secrets'],
    ['a wrong name', { rotatorName: 'prod', name: 'A' }, '"A" is no credential name: lower-case'],
    ['a wrong rotator', { rotatorName: 'a/b', name: 'a' }, '"a/b" is no rotator name: letters'],
  ])('refuses %s', (_, props, message) => {
    expect(() => ImsCredential.fromName(stack, 'Fusion', props)).toThrow(message);
  });

  it('cannot let other accounts read: CDK would say that it did', () => {
    const credential = ImsCredential.fromName(stack, 'F', { rotatorName: 'prod', name: 'fusion' });
    expect(() => credential.grantRead(new AccountPrincipal(other))).toThrow(
      'needs a policy on the token secret, which this app does not own; grant it where the credential',
    );
  });
});
