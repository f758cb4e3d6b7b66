import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  AccountPrincipal,
  AnyPrincipal,
  ArnPrincipal,
  CompositePrincipal,
  type IGrantable,
  type IPrincipal,
  OrganizationPrincipal,
  PolicyStatement,
  Role,
  ServicePrincipal,
  SessionTagsPrincipal,
  StarPrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { beforeEach, describe, expect, it } from 'vitest';
import { ImsCredential, type ImsCredentialProps, ImsTokenRotator } from '../../infra/index.ts';
import { onlyTokens, via } from './decryption.ts';

const env = { account: '111122223333', region: 'eu-west-1' };
const other = '444455556666';
const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const replicaKeyArn = 'arn:aws:kms:us-east-1:111122223333:key/abcd1234-12ab-34cd-56ef-1234567890ab';
const read = ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'];
const printed =
  '"StringLike":{"kms:EncryptionContext:SecretARN":' +
  '"arn:aws:secretsmanager:*:111122223333:secret:*/token-??????"}}';

let stack: Stack;

beforeEach(() => {
  stack = new Stack(new App(), 'Apps', { env });
});

const add = (props?: ImsCredentialProps): ImsCredential =>
  new ImsTokenRotator(stack, 'Rotator').addCredential('fusion', props);

const workload = (): Role =>
  new Role(stack, 'Workload', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });

/** The statements of the policies of the workload's role. */
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

  it('may read the token in the Regions of its replicas too', () => {
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

  it('may decrypt with an imported key, for which CDK grants nothing', () => {
    add({ encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn) }).grantRead(workload());
    expect(workloadStatements()).toContainEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: keyArn,
      Condition: via('eu-west-1'),
    });
  });

  it.each([
    ['with an env', env],
    ['without an env', undefined],
  ])('may read and decrypt in another stack than the key’s, %s', (_, where) => {
    const app = new App();
    const rotators = new Stack(app, 'Rotators', { ...(where && { env: where }) });
    stack = new Stack(app, 'Apps', { ...(where && { env: where }) });
    const encryptionKey = new Key(rotators, 'Key');
    const rotator = new ImsTokenRotator(rotators, 'Rotator', { encryptionKey });
    const credential = rotator.addCredential('fusion');
    credential.grantRead(workload()).assertSuccess();
    expect(workloadStatements()).toEqual([
      { Effect: 'Allow', Action: read, Resource: stack.resolve(credential.tokenSecret.secretArn) },
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: stack.resolve(encryptionKey.keyArn),
        Condition: {
          StringEquals: {
            'kms:ViaService': where
              ? 'secretsmanager.eu-west-1.amazonaws.com'
              : {
                  'Fn::Join': ['', ['secretsmanager.', { Ref: 'AWS::Region' }, '.amazonaws.com']],
                },
          },
          StringLike: where ? onlyTokens() : expect.anything(),
        },
      },
    ]);
  });
});

describe('a reader in another account', () => {
  it('is allowed by the policies of the secret and of its key', () => {
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

  it('needs no change to a key whose policy is managed elsewhere', () => {
    add({
      encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
      keyPolicyManagedElsewhere: true,
      readerAccounts: [other],
    });
    expect(statementsOf('AWS::SecretsManager::ResourcePolicy', 'ResourcePolicy')).toHaveLength(1);
  });

  it('is rejected with the statement that the policy of an imported key lacks', () => {
    const encryptionKey = Key.fromKeyArn(stack, 'Key', keyArn);
    expect(() => add({ encryptionKey, readerAccounts: [other] })).toThrow(
      `this app cannot edit the policy of the imported key ${keyArn}; add this statement to it and ` +
        'set keyPolicyManagedElsewhere: {"Effect":"Allow","Principal":{"AWS":' +
        `["arn:aws:iam::${other}:root"]},"Action":"kms:Decrypt","Resource":"*","Condition":` +
        `{"StringEquals":{"kms:ViaService":"secretsmanager.eu-west-1.amazonaws.com"},${printed}}`,
    );
  });

  it('is rejected with a statement of the partition that the imported key is in', () => {
    stack = new Stack(new App(), 'China', { env: { ...env, region: 'cn-north-1' } });
    const china = keyArn.replace('arn:aws:kms:eu-west-1', 'arn:aws-cn:kms:cn-north-1');
    const encryptionKey = Key.fromKeyArn(stack, 'Key', china);
    expect(() => add({ encryptionKey, readerAccounts: [other] })).toThrow(
      `"Principal":{"AWS":["arn:aws-cn:iam::${other}:root"]}`,
    );
  });

  it.each<[string, (scope: Stack) => IGrantable]>([
    ['an account', () => new AccountPrincipal(other)],
    ['a role by ARN', () => new ArnPrincipal(`arn:aws:iam::${other}:role/reader`)],
    ['an imported role', (scope) => Role.fromRoleArn(scope, 'R', `arn:aws:iam::${other}:role/r`)],
    ['an organization', () => new OrganizationPrincipal('o-1234567890')],
  ])('is rejected without a customer managed key: %s', (_, grantee) => {
    const credential = add();
    expect(() => credential.grantRead(grantee(stack))).toThrow(
      /^a reader in another account \((444455556666|\*)\) cannot use the AWS-managed key aws\/secretsmanager; give the credential an encryptionKey: new Key/,
    );
  });

  it('is recognized even if the stack’s own account is unknown, which CDK ignores', () => {
    stack = new Stack(new App(), 'Agnostic');
    const credential = add();
    expect(() => credential.grantRead(new AccountPrincipal(other))).toThrow(
      'cannot use the AWS-managed key',
    );
  });

  it('whose role is in the same app is rejected if the stack’s account is unknown', () => {
    const app = new App();
    stack = new Stack(app, 'Agnostic');
    const there = new Stack(app, 'There', { env: { account: other, region: 'eu-west-1' } });
    const role = new Role(there, 'Reader', { assumedBy: new ServicePrincipal('x'), roleName: 'r' });
    const credential = add({ encryptionKey: new Key(stack, 'Key') });
    expect(() => credential.grantRead(role)).toThrow('account is unknown; give the stack an env');
  });

  it('whose role is in the same app may decrypt by its own policy too', () => {
    const there = new Stack(stack.node.root, 'There', {
      env: { account: other, region: 'eu-west-1' },
    });
    const assumedBy = new ServicePrincipal('ecs-tasks.amazonaws.com');
    const role = new Role(there, 'Reader', { assumedBy, roleName: 'reader' });
    add({ encryptionKey: new Key(stack, 'Key') }).grantRead(role);
    // Of the key's account and Region only, and only through Secrets Manager: another stack in
    // another account cannot learn the key's id.
    Template.fromStack(there).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Effect: 'Allow',
            Action: 'kms:Decrypt',
            Resource: {
              'Fn::Join': [
                '',
                ['arn:', { Ref: 'AWS::Partition' }, ':kms:eu-west-1:111122223333:key/*'],
              ],
            },
            Condition: via('eu-west-1'),
          },
        ]),
      },
    });
    expect(statementsOf('AWS::KMS::Key', 'KeyPolicy')).toContainEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: '*',
      Principal: {
        AWS: {
          'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${other}:role/reader`]],
        },
      },
      Condition: via('eu-west-1'),
    });
  });

  it('is rejected if a replica has the AWS-managed key', () => {
    const encryptionKey = new Key(stack, 'Key');
    expect(() =>
      add({ encryptionKey, replicaRegions: [{ region: 'us-east-1' }], readerAccounts: [other] }),
    ).toThrow(
      'cannot read the replica in us-east-1 without a customer managed key; give that entry',
    );
  });

  it('is rejected with the statement that the policy of a replica’s key lacks', () => {
    const replicaRegions = [
      { region: 'us-east-1', encryptionKey: Key.fromKeyArn(stack, 'Replica', replicaKeyArn) },
    ];
    expect(() =>
      add({ encryptionKey: new Key(stack, 'Key'), replicaRegions, readerAccounts: [other] }),
    ).toThrow('"kms:ViaService":"secretsmanager.us-east-1.amazonaws.com"');
  });
});

describe('a wildcard', () => {
  const withKey = (): ImsCredential => add({ encryptionKey: new Key(stack, 'Key') });
  const limits = (operator: string, key: string, value: string) => ({
    [operator]: { [key]: value },
  });

  it.each<[string, IGrantable]>([
    ['anybody', new AnyPrincipal()],
    ['a star', new StarPrincipal()],
    ['an ARN of a star', new ArnPrincipal('*')],
    ['any account', new AccountPrincipal('*')],
    ['an ARN with a wildcard', new ArnPrincipal(`arn:aws:iam::${other}:role/*`)],
    ['one of several', new CompositePrincipal(new AccountPrincipal(other), new AnyPrincipal())],
    ['anybody with session tags', new SessionTagsPrincipal(new AnyPrincipal())],
    [
      'anybody over TLS',
      new AnyPrincipal().withConditions(limits('Bool', 'aws:SecureTransport', 'true')),
    ],
    [
      'anybody who calls from a Region',
      new AnyPrincipal().withConditions(limits('StringEquals', 'aws:RequestedRegion', 'eu-west-1')),
    ],
    [
      'any but an organization',
      new AnyPrincipal().withConditions(limits('StringNotEquals', 'aws:PrincipalOrgID', 'o-1')),
    ],
    [
      'an organization, if any',
      new AnyPrincipal().withConditions(
        limits('StringEqualsIfExists', 'aws:PrincipalOrgID', 'o-1'),
      ),
    ],
    [
      'any organization',
      new AnyPrincipal().withConditions(limits('StringLike', 'aws:PrincipalOrgID', '*')),
    ],
    ...[
      ['any organization by its form', 'aws:PrincipalOrgID', 'o-*'],
      ['the root of any organization', 'aws:PrincipalOrgPaths', 'o-*/r-*/*'],
      ['any account by its form', 'aws:PrincipalAccount', '4444*'],
      ['roles by name in any account', 'aws:PrincipalArn', 'arn:aws:iam::*:role/reader'],
      ['any role', 'aws:PrincipalArn', 'arn:aws:*:role/reader'],
      ['any VPC', 'aws:SourceVpc', 'vpc-*'],
      ['any VPC endpoint', 'aws:SourceVpce', 'vpce-????????'],
    ].map(([title = '', key = '', value = '']): [string, IGrantable] => [
      title,
      new AnyPrincipal().withConditions(limits('StringLike', key, value)),
    ]),
  ])('is rejected as a reader: %s', (_, grantee) => {
    const credential = withKey();
    expect(() => credential.grantRead(grantee)).toThrow(
      'the reader is a wildcard, so that everybody in AWS could read the token; name an account, or',
    );
    Template.fromStack(stack).resourceCountIs('AWS::SecretsManager::ResourcePolicy', 0);
  });

  it('is rejected as a principal of the app’s own class', () => {
    const { policyFragment } = new AnyPrincipal();
    const own: IPrincipal = {
      grantPrincipal: new AnyPrincipal(),
      assumeRoleAction: 'sts:AssumeRole',
      policyFragment,
      addToPrincipalPolicy: () => ({ statementAdded: false }),
    };
    const grantee = { grantPrincipal: own };
    expect(() => withKey().grantRead(grantee)).toThrow('the reader is a wildcard');
  });

  it('is rejected for a credential of another stack too', () => {
    const credential = ImsCredential.fromName(stack, 'F', { rotatorName: 'prod', name: 'fusion' });
    expect(() => credential.grantRead(new AnyPrincipal())).toThrow('the reader is a wildcard');
  });

  it.each<[string, IGrantable, object]>([
    [
      'an organization',
      new OrganizationPrincipal('o-1234567890'),
      limits('StringEquals', 'aws:PrincipalOrgID', 'o-1234567890'),
    ],
    [
      'roles by name',
      new StarPrincipal().withConditions(
        limits('ArnLike', 'aws:PrincipalArn', `arn:aws:iam::${other}:role/reader-*`),
      ),
      limits('ArnLike', 'aws:PrincipalArn', `arn:aws:iam::${other}:role/reader-*`),
    ],
    ...[
      ['a unit of an organization', 'aws:PrincipalOrgPaths', 'o-1234567890/r-ab12/ou-*'],
      ['an organization by its paths', 'aws:PrincipalOrgPaths', 'o-1234567890/*'],
      ['a VPC', 'aws:SourceVpc', 'vpc-0123456789abcdef0'],
    ].map(([title = '', key = '', value = '']): [string, IGrantable, object] => {
      const condition = limits('StringLike', key, value);
      return [title, new AnyPrincipal().withConditions(condition), condition];
    }),
  ])('is accepted with a condition that limits it: %s', (_, grantee, Condition) => {
    withKey().grantRead(grantee);
    expect(statementsOf('AWS::SecretsManager::ResourcePolicy', 'ResourcePolicy')).toEqual([
      expect.objectContaining({ Effect: 'Allow', Action: read, Condition }),
    ]);
  });

  it('keeps its condition in the statement that the policy of an imported key lacks', () => {
    const encryptionKey = Key.fromKeyArn(stack, 'Key', keyArn);
    const credential = add({ encryptionKey });
    expect(() => credential.grantRead(new OrganizationPrincipal('o-1234567890'))).toThrow(
      '"Principal":{"AWS":["*"]},"Action":"kms:Decrypt","Resource":"*","Condition":{"StringEquals":' +
        '{"aws:PrincipalOrgID":"o-1234567890","kms:ViaService":"secretsmanager.eu-west-1.amazonaws.com"},' +
        printed,
    );
  });
});

describe('a policy on a secret', () => {
  it('is rejected by Secrets Manager if it is public, whoever adds to it', () => {
    const credential = add({ encryptionKey: new Key(stack, 'Key'), readerAccounts: [other] });
    credential.clientSecret.addToResourcePolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: ['secretsmanager:GetSecretValue'],
        resources: ['*'],
      }),
    );
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::SecretsManager::ResourcePolicy', 2);
    template.allResourcesProperties('AWS::SecretsManager::ResourcePolicy', {
      BlockPublicPolicy: true,
    });
  });
});
