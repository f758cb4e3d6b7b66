import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  AccountRootPrincipal,
  CompositePrincipal,
  type IRole,
  ManagedPolicy,
  PermissionsBoundary,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { beforeEach, describe, expect, it } from 'vitest';
import { ImsTokenRotator, type ImsTokenRotatorProps } from '../../infra/index.ts';
import { jsonOf, read, sectionsOf } from '../support/document.ts';
import { resolve } from '../support/iam.ts';
import { fullRotator, stackWithEnv } from './full-rotator.ts';

let stack: Stack;

beforeEach(() => {
  stack = stackWithEnv();
});

function templateOf(props: ImsTokenRotatorProps): Template {
  new ImsTokenRotator(stack, 'Rotator', props);
  return Template.fromStack(stack);
}

const lambda = new ServicePrincipal('lambda.amazonaws.com');
const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

describe('role', () => {
  /** The names or references of the roles to which the rotator's policies belong. */
  const rolesOf = (template: Template): ReadonlySet<string> =>
    new Set(
      Object.entries(template.findResources('AWS::IAM::Policy'))
        .filter(([id]) => id.startsWith('RotatorFunctionPermissions'))
        .map(([, { Properties }]) => JSON.stringify(Properties.Roles)),
    );

  it('may be a role of the app, which gets all policies', () => {
    const assumedBy = new CompositePrincipal(
      lambda,
      new ServicePrincipal('edgelambda.amazonaws.com'),
    );
    const role = new Role(stack, 'Own', { assumedBy });
    const rotator = fullRotator(stack, { role });
    expect(rotator.role).toBe(role);
    const template = Template.fromStack(stack);
    const id = stack.getLogicalId(role.node.defaultChild as never);
    expect(rolesOf(template)).toEqual(new Set([JSON.stringify([{ Ref: id }])]));
    template.hasResourceProperties('AWS::Lambda::Function', {
      Role: { 'Fn::GetAtt': [id, 'Arn'] },
    });
    const roles = Object.keys(template.findResources('AWS::IAM::Role'));
    expect(roles).toEqual([id, expect.stringMatching(/^RotatorTickRole/)]);
  });

  it('may be an imported role, which gets all policies, also the one for the log', () => {
    const role = Role.fromRoleArn(stack, 'Own', 'arn:aws:iam::111122223333:role/teams/adobe');
    const template = templateOf({ role });
    expect(rolesOf(template)).toEqual(new Set(['["adobe"]']));
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [Match.objectLike({ Action: ['logs:CreateLogStream', 'logs:PutLogEvents'] })],
      },
      Roles: ['adobe'],
    });
  });

  it('may be a role of another stack, which then does not depend on the rotator', () => {
    const app = new App();
    const roles = new Stack(app, 'Roles');
    const other = new Stack(app, 'Other');
    fullRotator(other, { role: new Role(roles, 'Own', { assumedBy: lambda }) });
    app.synth();
    expect(other.dependencies.map(({ stackName }) => stackName)).toEqual(['Roles']);
    expect(roles.dependencies).toEqual([]);
  });

  it.each<[string, (scope: Stack) => IRole]>([
    [
      'imported as immutable',
      (scope) => {
        const arn = 'arn:aws:iam::111122223333:role/adobe';
        return Role.fromRoleArn(scope, 'Own', arn, { mutable: false });
      },
    ],
    [
      'of another account',
      (scope) => Role.fromRoleArn(scope, 'Own', 'arn:aws:iam::444455556666:role/adobe'),
    ],
    [
      'of the app, without policy updates',
      (scope) => new Role(scope, 'Own', { assumedBy: lambda }).withoutPolicyUpdates(),
    ],
  ])('is refused if it is %s, as the function would lack its rights', (_, roleOf) => {
    expect(() => templateOf({ role: roleOf(stack) })).toThrow(
      /this app cannot add policies to the role .*Own.*, without which the function has no rights/,
    );
  });

  it.each([new AccountRootPrincipal(), new ServicePrincipal('edgelambda.amazonaws.com')])(
    'is refused if it does not trust Lambda, but $service',
    (assumedBy) => {
      const role = new Role(stack, 'Own', { assumedBy });
      expect(() => templateOf({ role })).toThrow(
        "Lambda cannot assume the role Apps/Own; create it with assumedBy: new ServicePrincipal('lambda",
      );
    },
  );
});

describe('a permissions boundary', () => {
  const arn = 'arn:aws:iam::111122223333:policy/boundary';

  it('of the rotator applies to all its roles', () => {
    const rotator = fullRotator(stack);
    PermissionsBoundary.of(rotator).apply(ManagedPolicy.fromManagedPolicyArn(stack, 'B', arn));
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::Role', 2);
    template.allResourcesProperties('AWS::IAM::Role', { PermissionsBoundary: arn });
  });

  it('of the app, which its context sets, applies to all of them too', () => {
    const context = { '@aws-cdk/core:permissionsBoundary': { name: 'boundary' } };
    const other = new Stack(new App({ context }), 'Apps');
    new ImsTokenRotator(other, 'Rotator');
    Template.fromStack(other).allResourcesProperties('AWS::IAM::Role', {
      PermissionsBoundary: Match.objectLike({ 'Fn::Join': Match.anyValue() }),
    });
  });
});

describe('logEncryptionKey', () => {
  it('encrypts the log, and lets CloudWatch Logs use the key for logs of this account and Region', () => {
    const logEncryptionKey = new Key(stack, 'LogKey') as IKey;
    const template = templateOf({ logEncryptionKey });
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      KmsKeyId: stack.resolve(logEncryptionKey.keyArn),
    });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          {
            Effect: 'Allow',
            Principal: {
              Service: { 'Fn::Join': ['', ['logs.eu-west-1.', { Ref: 'AWS::URLSuffix' }]] },
            },
            Action: [
              'kms:Decrypt',
              'kms:Describe*',
              'kms:Encrypt',
              'kms:GenerateDataKey*',
              'kms:ReEncrypt*',
            ],
            Resource: '*',
            Condition: {
              ArnLike: {
                'kms:EncryptionContext:aws:logs:arn': {
                  'Fn::Join': [
                    '',
                    ['arn:', { Ref: 'AWS::Partition' }, ':logs:eu-west-1:111122223333:log-group:*'],
                  ],
                },
              },
            },
          },
        ]),
      },
    });
  });

  it('has the statement in its policy that the reference shows for an imported key', () => {
    const section = sectionsOf(read('docs/reference.md'), '###').get(
      'Keys of the log and the environment',
    );
    const [shown = ''] = jsonOf(section ?? '');
    const there = new Stack(new App(), 'There', {
      env: { account: '111122223333', region: 'us-east-1' },
    });
    new ImsTokenRotator(there, 'Rotator', { logEncryptionKey: new Key(there, 'LogKey') as IKey });
    const keys = Object.values(Template.fromStack(there).findResources('AWS::KMS::Key'));
    const [statement] = keys.map((key) => key['Properties'].KeyPolicy.Statement.at(-1));
    const { Principal, Condition, ...rest } = statement;
    const logs = 'kms:EncryptionContext:aws:logs:arn';
    expect({
      ...rest,
      Principal: { Service: resolve(Principal.Service) },
      Condition: { ArnLike: { [logs]: resolve(Condition.ArnLike[logs]) } },
    }).toEqual(JSON.parse(shown));
  });

  it('may be imported, with a policy that lets CloudWatch Logs use it already', () => {
    templateOf({ logEncryptionKey: Key.fromKeyArn(stack, 'LogKey', keyArn) }).hasResourceProperties(
      'AWS::Logs::LogGroup',
      { KmsKeyId: keyArn },
    );
  });
});

describe('environmentEncryption', () => {
  it('encrypts the environment, to which Lambda itself gives the role access', () => {
    const environmentEncryption = Key.fromKeyArn(stack, 'Key', keyArn);
    const template = templateOf({ environmentEncryption });
    template.hasResourceProperties('AWS::Lambda::Function', { KmsKeyArn: keyArn });
    expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).not.toContain('kms:');
  });
});

it.each(['logEncryptionKey', 'environmentEncryption'] as const)('%s rejects an alias', (prop) => {
  const alias = Key.fromKeyArn(stack, 'Key', keyArn).addAlias('alias/mine');
  expect(() => templateOf({ [prop]: alias })).toThrow(
    `${prop} is an alias, which IAM does not resolve; give the key itself`,
  );
});

describe('memorySize and reservedConcurrentExecutions', () => {
  it('are passed to the function, which has 256 MB and no reservation by default', () => {
    templateOf({}).hasResourceProperties('AWS::Lambda::Function', {
      MemorySize: 256,
      ReservedConcurrentExecutions: Match.absent(),
    });
    stack = stackWithEnv();
    const props = { memorySize: 512, reservedConcurrentExecutions: 5 };
    templateOf(props).hasResourceProperties('AWS::Lambda::Function', {
      MemorySize: 512,
      ReservedConcurrentExecutions: 5,
    });
  });

  it.each([255, 10_241, 256.5, Number.NaN])('reject %d megabytes', (memorySize) => {
    expect(() => templateOf({ memorySize })).toThrow(
      `memorySize must be 256 to 10240 whole megabytes; it is ${memorySize}`,
    );
  });

  it.each([0, -1, 1.5])('reject a reservation of %d', (reservedConcurrentExecutions) => {
    expect(() => templateOf({ reservedConcurrentExecutions })).toThrow(
      'reservedConcurrentExecutions must be a whole number from 1 up, because 0 stops the function; ' +
        `it is ${reservedConcurrentExecutions}`,
    );
  });
});

describe('concurrency, imsRequestsPerSecond and writesPerSecond', () => {
  const variables = (props: object): Record<string, unknown> => {
    const [definition] = Object.values(templateOf(props).findResources('AWS::Lambda::Function'));
    return definition?.['Properties'].Environment.Variables;
  };

  it('are variables of the function, if they are given', () => {
    expect(
      variables({ concurrency: 16, imsRequestsPerSecond: 20, writesPerSecond: 30 }),
    ).toMatchObject({
      IMS_TOKEN_ROTATOR_CONCURRENCY: '16',
      IMS_TOKEN_ROTATOR_IMS_REQUESTS_PER_SECOND: '20',
      IMS_TOKEN_ROTATOR_WRITES_PER_SECOND: '30',
    });
    stack = stackWithEnv();
    expect(Object.keys(variables({})).filter((name) => /CONCURRENCY|SECOND$/.test(name))).toEqual(
      [],
    );
  });

  it.each([
    ['concurrency', 51],
    ['imsRequestsPerSecond', 0],
    ['writesPerSecond', 2.5],
  ])('%s rejects %d', (name, value) => {
    expect(() => templateOf({ [name]: value })).toThrow(
      `${name} must be a whole number from 1 to 50; it is ${value}`,
    );
  });

  it('are at least one for each shard, because shards divide them', () => {
    const shards = { shards: 4, concurrency: 1 };
    for (const name of ['imsRequestsPerSecond', 'writesPerSecond']) {
      stack = stackWithEnv();
      expect(() => templateOf({ ...shards, [name]: 3 })).toThrow(
        `${name} must be at least 4, because 4 shards divide it; it is 3`,
      );
      stack = stackWithEnv();
      expect(() => templateOf({ ...shards, [name]: 4 })).not.toThrow();
    }
  });
});
