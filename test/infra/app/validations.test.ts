import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type App, Stack } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ImsTokenRotator } from '../../../infra/ims-token-rotator.ts';
import { ImsTokenRotatorStack } from '../../../infra/ims-token-rotator-stack.ts';
import { parseSettings } from '../../../infra/settings.ts';
import { PrivateCa } from '../../support/certificates.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { importedSecret } from '../full-rotator.ts';
import { resources, type Synthesis, synthesise } from './validated-app.ts';

vi.stubEnv('CDK_VALIDATION', 'true');

const badEnvironment = {
  Function: [
    'AWS::Lambda::Function',
    {
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::111122223333:role/x',
      Code: { ZipFile: 'x' },
      // At deployment, Lambda rejects a name of one letter.
      Environment: { Variables: { A: 'b' } },
      LoggingConfig: { LogGroup: 'x' },
    },
  ],
} as const;

describe('CDK’s own rules', () => {
  it('fail the synthesis because of the flag in cdk.json', () => {
    const build = (app: App): void => resources(app, badEnvironment);
    const flag = '@aws-cdk/core:validateAgainstDefaultRules';
    expect(synthesise(build, { validations: false }).passed).toBe(false);
    expect(synthesise(build, { validations: false, context: { [flag]: false } }).passed).toBe(true);
  });

  it('stay in force beside those of this project', () => {
    const { passed, errors } = synthesise((app) => resources(app, badEnvironment));
    expect(passed).toBe(false);
    expect(errors.map(({ path }) => path)).toEqual(['S/Function']);
  });
});

const allow = (Action: string | readonly string[], more: object = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: 'arn:aws:s3:::x/y', ...more }],
});
const lambda = {
  Runtime: 'nodejs24.x',
  Handler: 'index.handler',
  Role: 'arn:aws:iam::111122223333:role/x',
  Code: { ZipFile: 'x' },
  LoggingConfig: { LogGroup: 'x' },
};
const { LoggingConfig: _, ...lambdaWithoutLog } = lambda;
const trust = {
  AssumeRolePolicyDocument: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  },
};
const policy = (PolicyDocument: object) => ({ PolicyName: 'x', Roles: ['x'], PolicyDocument });
const role = (PolicyDocument: object) => ({
  ...trust,
  Policies: [{ PolicyName: 'x', PolicyDocument }],
});
const topic = 'arn:aws:sns:us-east-1:111122223333:x';
const topicPolicy = (action: string | readonly string[]) => ({
  Topics: [topic],
  PolicyDocument: allow(action, {
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Resource: topic,
  }),
});
const secretPolicy = (action: string, more: object = {}) => ({
  SecretId: 'x',
  BlockPublicPolicy: true,
  ResourcePolicy: allow(action, {
    Principal: { AWS: 'arn:aws:iam::111122223333:root' },
    Resource: '*',
    ...more,
  }),
});
const readableBy = (more: object) => secretPolicy('secretsmanager:GetSecretValue', more);
const madeBy = { 'Fn::Join': ['', ['*']] };
const { BlockPublicPolicy: _flag, ...unblocked } = readableBy({});
const ofOrganization = { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } };
const provider = 'arn:aws:iam::111122223333:saml-provider/idp';
const overTls = { Bool: { 'aws:SecureTransport': 'true' } };
const everythingBut = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', NotAction: 'iam:PassRole', Resource: 'arn:aws:s3:::x/y' }],
};
/** What the rules could not see into: one statement without a list, and an effect that is made. */
const unseen = (policy: ReturnType<typeof allow>): readonly object[] => [
  { ...policy, Statement: policy.Statement[0] },
  { ...policy, Statement: [{ ...policy.Statement[0], Effect: { 'Fn::Sub': 'Allow' } }] },
];

interface Row {
  readonly id: string;
  readonly rule: string;
  readonly type: string;
  readonly bad: object;
  readonly good: object;
}

const rows: readonly Row[] = [
  ...[{ SecretString: 'hunter2' }, { GenerateSecretString: {} }].map((bad, index) => ({
    id: `Secret${index}`,
    rule: 'SECRETS_ARE_CREATED_EMPTY',
    type: 'AWS::SecretsManager::Secret',
    bad,
    good: { Description: 'empty' },
  })),
  ...[
    allow('s3:Get*'),
    allow(['s3:GetObject', '*']),
    everythingBut,
    ...unseen(allow('s3:GetObject')),
  ].flatMap((bad, index) => [
    {
      id: `Policy${index}`,
      rule: 'POLICIES_NAME_THEIR_ACTIONS',
      type: 'AWS::IAM::Policy',
      bad: policy(bad),
      good: policy(allow(['s3:GetObject', 's3:PutObject'])),
    },
    {
      id: `RoleWith${index}`,
      rule: 'IDENTITIES_NAME_THEIR_ACTIONS',
      type: 'AWS::IAM::Role',
      bad: role(bad),
      good: role(allow('s3:GetObject')),
    },
  ]),
  {
    id: 'ManagedPolicy',
    rule: 'POLICIES_NAME_THEIR_ACTIONS',
    type: 'AWS::IAM::ManagedPolicy',
    bad: { PolicyDocument: allow('s3:*'), Roles: ['x'] },
    good: { PolicyDocument: allow('s3:GetObject'), Roles: ['x'] },
  },
  {
    id: 'RoleOfAws',
    rule: 'ROLES_HAVE_NO_MANAGED_POLICY',
    type: 'AWS::IAM::Role',
    bad: { ...trust, ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] },
    good: trust,
  },
  ...[
    topicPolicy(['sns:Publish', 'sns:*']),
    ...unseen(topicPolicy('sns:Publish').PolicyDocument).map((PolicyDocument) => ({
      ...topicPolicy('sns:Publish'),
      PolicyDocument,
    })),
  ].map((bad, index) => ({
    id: `TopicPolicy${index}`,
    rule: 'TOPIC_POLICIES_NAME_THEIR_ACTIONS',
    type: 'AWS::SNS::TopicPolicy',
    bad,
    good: topicPolicy('sns:Publish'),
  })),
  ...[
    secretPolicy('secretsmanager:*'),
    ...unseen(readableBy({}).ResourcePolicy).map((ResourcePolicy) => ({
      ...readableBy({}),
      ResourcePolicy,
    })),
  ].map((bad, index) => ({
    id: `SecretPolicy${index}`,
    rule: 'SECRET_POLICIES_NAME_THEIR_ACTIONS',
    type: 'AWS::SecretsManager::ResourcePolicy',
    bad,
    good: readableBy({ Principal: { Federated: provider } }),
  })),
  ...[unblocked, { ...unblocked, BlockPublicPolicy: false }].map((bad, index) => ({
    id: `UnblockedPolicy${index}`,
    rule: 'SECRET_POLICIES_BLOCK_PUBLIC_ACCESS',
    type: 'AWS::SecretsManager::ResourcePolicy',
    bad,
    good: readableBy({}),
  })),
  ...[
    { Principal: '*' },
    { Principal: { AWS: '*' } },
    { Principal: { AWS: ['arn:aws:iam::111122223333:root', '*'] } },
    { Principal: madeBy },
    { Principal: { AWS: madeBy } },
    { Principal: { AWS: [{ Ref: 'AWS::AccountId' }, { 'Fn::Sub': '*' }] } },
    { Principal: { Federated: [provider, 'cognito-identity.amazonaws.com'] } },
    { Principal: { Service: 'appflow.amazonaws.com' } },
    { Principal: '*', Condition: overTls },
    { Principal: '*', Condition: { StringNotEquals: ofOrganization.StringEquals } },
    { Principal: '*', Condition: { StringEqualsIfExists: ofOrganization.StringEquals } },
    { Principal: undefined, NotPrincipal: { AWS: 'arn:aws:iam::111122223333:root' } },
  ].map((bad, index) => ({
    id: `PublicPolicy${index}`,
    rule: 'SECRET_POLICIES_NAME_THEIR_READERS',
    type: 'AWS::SecretsManager::ResourcePolicy',
    bad: readableBy(bad),
    good: readableBy({ Principal: '*', Condition: { ...overTls, ...ofOrganization } }),
  })),
  {
    id: 'Topic',
    rule: 'TOPICS_ARE_ENCRYPTED',
    type: 'AWS::SNS::Topic',
    bad: {},
    good: { KmsMasterKeyId: 'alias/alarms' },
  },
  {
    id: 'TopicOfAws',
    rule: 'TOPICS_HAVE_A_CUSTOMER_MANAGED_KEY',
    type: 'AWS::SNS::Topic',
    bad: { KmsMasterKeyId: 'alias/aws/sns' },
    good: { KmsMasterKeyId: 'alias/alarms' },
  },
  {
    id: 'LogGroup',
    rule: 'LOGS_HAVE_A_RETENTION',
    type: 'AWS::Logs::LogGroup',
    bad: {},
    good: { RetentionInDays: 90 },
  },
  {
    id: 'WithoutLog',
    rule: 'FUNCTIONS_HAVE_A_LOG_GROUP',
    type: 'AWS::Lambda::Function',
    bad: lambdaWithoutLog,
    good: lambda,
  },
  {
    id: 'Deprecated',
    rule: 'RUNTIMES_ARE_SUPPORTED',
    type: 'AWS::Lambda::Function',
    bad: { ...lambda, Runtime: 'nodejs20.x' },
    good: lambda,
  },
];

describe('the Guard rules', () => {
  let bad: Synthesis;
  let good: Synthesis;

  beforeAll(() => {
    const declared = (which: 'bad' | 'good') =>
      Object.fromEntries(rows.map((row) => [row.id, [row.type, row[which]] as const]));
    bad = synthesise((app) => resources(app, declared('bad')));
    good = synthesise((app) => resources(app, declared('good')));
  });

  it.each(rows)('$rule rejects the bad $type $id and accepts the good one', ({ id, rule }) => {
    const paths = ({ errors }: Synthesis) =>
      errors.filter((error) => error.rule === rule).map(({ path }) => path);
    expect(bad.passed).toBe(false);
    expect(paths(bad)).toContain(`S/${id}`);
    expect(paths(good)).toEqual([]);
  });

  it('reject no other resources', () => {
    const expected = rows.map(({ id, rule }) => `${rule} S/${id}`);
    const own = new Set(rows.map(({ rule }) => rule));
    const fired = bad.errors.filter(({ rule }) => own.has(rule));
    expect(new Set(fired.map(({ rule, path }) => `${rule} ${path}`))).toEqual(new Set(expected));
  });

  it('are all tested here, and each has a message', () => {
    const folder = new URL('../../../infra/app/guard/', import.meta.url);
    const text = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
    const rules = [...text.join('\n').matchAll(/^rule (\w+) /gm)].map(([, rule]) => rule);
    expect(new Set(rules)).toEqual(new Set(rows.map(({ rule }) => rule)));
    const own = bad.errors.filter(({ rule }) => rules.includes(rule));
    for (const { description } of own) expect(description).not.toContain('Guard check');
  });
});

describe('the app of cdk.json', () => {
  it('passes with exactly these findings acknowledged', () => {
    const { passed, errors, acknowledged } = synthesise((app) => {
      const settings = parseSettings(app.node.tryGetContext('ims-token-rotator'));
      new ImsTokenRotatorStack(app, 'S', { settings });
    });
    expect(errors).toEqual([]);
    expect(passed).toBe(true);
    const short = acknowledged.map(
      ({ rule, path }) => `${rule.replace(/:arn:.+:secret:/, ':')} ${path.split('/').slice(-2)[0]}`,
    );
    expect(short.sort()).toEqual([
      'AwsSolutions-IAM5[Resource::*] ListPolicy',
      'AwsSolutions-IAM5[Resource::ims-token-rotator/S/*/client-??????] SecretsPolicy',
      'AwsSolutions-IAM5[Resource::ims-token-rotator/S/*/token-??????] SecretsPolicy',
      'AwsSolutions-SMG4 ClientSecret',
      'AwsSolutions-SMG4 TokenSecret',
    ]);
  });
});

describe('a rotator with every option', () => {
  it('passes too', async () => {
    const caCertificates = join(await temporaryDirectory(), 'ca.pem');
    await writeFile(caCertificates, new PrivateCa().cert);
    const { passed, errors, acknowledged } = synthesise((app) => {
      const env = { account: '111122223333', region: 'eu-west-1' };
      const stack = new Stack(app, 'S', { env });
      const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
        vpcId: 'vpc-0123456789abcdef0',
        availabilityZones: ['eu-west-1a'],
        privateSubnetIds: ['subnet-0123456789abcdef0'],
        privateSubnetRouteTableIds: ['rtb-0123456789abcdef0'],
      });
      const key = new Key(stack, 'Key', { enableKeyRotation: true });
      const rotator = new ImsTokenRotator(stack, 'Rotator', {
        vpc,
        securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0')],
        proxy: {
          url: 'http://proxy.example.com:8080',
          credentials: importedSecret(stack, 'proxy'),
        },
        caCertificates,
        shards: 10,
        shardStems: ['customer-'],
        tracing: true,
        nativeRotation: true,
        encryptionKey: key,
        alarms: { emails: ['ops@example.com'] },
      });
      rotator.addCredential('read-elsewhere', {
        readerAccounts: ['444455556666'],
        clientSecretRotation: true,
      });
      rotator.addCredential('replicated', { replicaRegions: [{ region: 'us-east-1' }] });
      rotator.addCredential('imported', {
        clientSecret: Secret.fromSecretAttributes(stack, 'Imported', {
          secretCompleteArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:adobe-AbCdEf',
          encryptionKey: Key.fromKeyArn(
            stack,
            'ImportedKey',
            'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555',
          ),
        }),
      });
    });
    expect(errors).toEqual([]);
    expect(passed).toBe(true);
    const everywhere = acknowledged.filter(({ rule }) => rule.endsWith('[Resource::*]'));
    const parts = everywhere.map(({ path }) => path.split('/').slice(-2)[0]);
    expect(new Set(parts)).toEqual(new Set(['ListPolicy', 'NetworkPolicy', 'TracingPolicy']));
  });
});

describe('cdk-nag', () => {
  const everywhere = (scope: Construct, id: string, action: string): void => {
    const assumedBy = new ServicePrincipal('lambda.amazonaws.com');
    const roles = [new Role(scope, `${id}-Role`, { assumedBy })];
    const statements = [new PolicyStatement({ actions: [action], resources: ['*'] })];
    new Policy(scope, id, { roles, statements });
  };

  it('fails findings of resources that are not the construct’s, whatever their names', () => {
    const { passed, errors } = synthesise((app) => {
      const stack = new Stack(app, 'S');
      everywhere(stack, 'ListPolicy', 'secretsmanager:GetSecretValue');
      everywhere(stack, 'NetworkPolicy', 'ec2:RunInstances');
      everywhere(new Construct(stack, 'Role'), 'DefaultPolicy', 's3:GetObject');
      everywhere(stack, 'Another', 'secretsmanager:ListSecrets');
      const pattern = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:*';
      const statement = new PolicyStatement({
        actions: ['secretsmanager:GetSecretValue'],
        resources: [pattern],
      });
      const assumedBy = new ServicePrincipal('lambda.amazonaws.com');
      const roles = [new Role(stack, 'SecretsRole', { assumedBy })];
      new Policy(stack, 'SecretsPolicy', { roles, statements: [statement] });
      const secret = new Secret(stack, 'SomeSecret');
      expect(secret.node.path).toBe('S/SomeSecret');
    });
    expect(passed).toBe(false);
    const nag = errors.filter(({ rule }) => rule.startsWith('AwsSolutions'));
    expect(nag.map(({ path }) => path).sort()).toEqual(
      [
        'S/Another/Resource',
        'S/ListPolicy/Resource',
        'S/NetworkPolicy/Resource',
        'S/Role/DefaultPolicy/Resource',
        'S/SecretsPolicy/Resource',
        'S/SomeSecret/Resource',
      ].sort(),
    );
  });
});
