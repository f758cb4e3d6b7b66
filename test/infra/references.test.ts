import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, type IGrantable, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { beforeEach, describe, expect, it } from 'vitest';
import { products } from '../../core/contract.ts';
import { type IImsCredential, ImsProduct, ImsTokenRotator } from '../../infra/index.ts';
import { actionsOf, resolve, roleStatements } from '../support/iam.ts';
import { stackWithEnv } from './full-rotator.ts';

let stack: Stack;
let workload: Role;

beforeEach(() => {
  stack = stackWithEnv();
  workload = new Role(stack, 'Workload', { assumedBy: new ServicePrincipal('x') });
});

describe('the credentials of a rotator', () => {
  it('are listed, for reading only', () => {
    const rotator = new ImsTokenRotator(stack, 'Rotator');
    expect(rotator.credentials).toEqual([]);
    const added: IImsCredential[] = ['fusion', 'firefly'].map((name) =>
      rotator.addCredential(name),
    );
    expect(rotator.credentials).toEqual(added);
    expect(rotator.credentials.map(({ credentialName }) => credentialName)).toEqual([
      'fusion',
      'firefly',
    ]);
    rotator.credentials.pop();
    expect(rotator.credentials).toEqual(added);
  });

  it('are found by name, also one that was onboarded at run time', () => {
    const rotator = new ImsTokenRotator(stack, 'Rotator');
    const fusion = rotator.addCredential('fusion');
    expect(rotator.credential('fusion')).toBe(fusion);
    const onboarded = rotator.credential('firefly');
    expect(rotator.credential('firefly')).toBe(onboarded);
    onboarded.grantRead(workload);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Resource: {
              'Fn::Join': [
                '',
                [
                  'arn:',
                  { Ref: 'AWS::Partition' },
                  ':secretsmanager:eu-west-1:111122223333:secret:ims-token-rotator/Apps/firefly/token-??????',
                ],
              ],
            },
          }),
        ],
      },
      Roles: [{ Ref: Match.stringLikeRegexp('^Workload') }],
    });
    expect(() => rotator.credential('No')).toThrow('the credential name "No" is invalid');
  });

  it('work in a stack without an environment, whose own account and Region the rotator is in', () => {
    const agnostic = new Stack(new App(), 'Agnostic');
    const rotator = new ImsTokenRotator(agnostic, 'Rotator');
    expect(rotator.credential('firefly').tokenSecret.secretName).toBe(
      'ims-token-rotator/Agnostic/firefly/token',
    );
  });

  it('have secrets whose names are known, without a function of CloudFormation', () => {
    const rotator = new ImsTokenRotator(stack, 'Rotator', { rotatorName: 'prod' });
    for (const { clientSecret, tokenSecret } of [
      rotator.addCredential('fusion'),
      ImsTokenRotator.fromRotatorName(stack, 'Other', 'prod').credential('fusion'),
    ]) {
      expect(clientSecret.secretName).toBe('ims-token-rotator/prod/fusion/client');
      expect(tokenSecret.secretName).toBe('ims-token-rotator/prod/fusion/token');
    }
  });
});

describe('a rotator that another app deploys', () => {
  it('has metrics, by its name alone', () => {
    const rotator = ImsTokenRotator.fromRotatorName(stack, 'Other', 'prod');
    expect(rotator.prefix).toBe('ims-token-rotator/prod');
    expect(rotator.metricFailing()).toMatchObject({
      namespace: 'ImsTokenRotator',
      metricName: 'Failing',
      dimensions: { rotator: 'prod' },
      account: undefined,
      region: undefined,
    });
    expect(() => rotator.metric('Failed')).toThrow('the function emits no metric "Failed"');
  });

  it('has metrics, tokens and a function of its own account and Region', () => {
    const functionArn = 'arn:aws:lambda:us-east-1:444455556666:function:rotator';
    const keyArn = 'arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    const rotator = ImsTokenRotator.fromRotatorAttributes(stack, 'Other', {
      rotatorName: 'prod',
      prefix: 'team/adobe',
      functionArn,
      account: '444455556666',
      region: 'us-east-1',
      encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
    });
    expect(rotator.metricTicks()).toMatchObject({
      account: '444455556666',
      region: 'us-east-1',
    });
    const fusion = rotator.credential('fusion');
    expect(rotator.credential('fusion')).toBe(fusion);
    expect(fusion.tokenSecret.secretName).toBe('team/adobe/fusion/token');
    fusion.grantRead(workload);
    rotator.grantInvoke(workload);
    const template = Template.fromStack(stack);
    const statements = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(statements).toContain(
      ':secretsmanager:us-east-1:444455556666:secret:team/adobe/fusion/',
    );
    expect(statements).toContain(keyArn);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          { Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: functionArn },
        ]),
      },
    });
  });

  it.each([
    [{}, 'sns:eu-west-1:111122223333:*', 'schedule/*/*'],
    [
      {
        alarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:alarms',
        scheduleGroupName: 'Adobe-Ticks',
      },
      'sns:eu-west-1:111122223333:alarms',
      'schedule/Adobe-Ticks/*',
    ],
  ])(
    'lets an operator see the topic and the schedules that it names: %j',
    (named, topic, schedules) => {
      const rotator = ImsTokenRotator.fromRotatorAttributes(stack, 'Other', {
        rotatorName: 'prod',
        functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:rotator',
        ...named,
      });
      rotator.grantOperate(workload);
      const statements = roleStatements(Template.fromStack(stack));
      const resourceOf = (action: string): string =>
        resolve(statements.find((one) => actionsOf(one).includes(action))?.Resource);
      expect(resourceOf('sns:ListSubscriptionsByTopic').endsWith(`:${topic}`)).toBe(true);
      expect(resourceOf('scheduler:GetSchedule').endsWith(`:${schedules}`)).toBe(true);
    },
  );

  it('is of the own account and Region, also in a stack whose environment is unknown', () => {
    const agnostic = new Stack(new App(), 'Agnostic');
    const reader = new Role(agnostic, 'Workload', { assumedBy: new ServicePrincipal('x') });
    ImsTokenRotator.fromRotatorName(agnostic, 'Other', 'prod')
      .credential('fusion')
      .grantRead(reader);
    const statements = JSON.stringify(
      Template.fromStack(agnostic).findResources('AWS::IAM::Policy'),
    );
    expect(statements).toContain(
      ':secretsmanager:",{"Ref":"AWS::Region"},":",{"Ref":"AWS::AccountId"},":secret:ims-token-rotator/prod/fusion/token-??????',
    );
  });

  it('has a valid name, and a key that is no alias', () => {
    expect(() => ImsTokenRotator.fromRotatorName(stack, 'Other', 'a b')).toThrow(
      'the rotator name "a b" is invalid',
    );
    const key = Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:x:111122223333:key/x');
    expect(() =>
      ImsTokenRotator.fromRotatorAttributes(stack, 'Aliased', {
        rotatorName: 'prod',
        encryptionKey: key.addAlias('alias/mine'),
      }),
    ).toThrow('encryptionKey is an alias');
  });
});

describe('operators of another account', () => {
  const other = '444455556666';
  const refused =
    "an operator of another account (444455556666) can have no rights here; grant them to a role of the rotator's account (111122223333) that the operator assumes";

  it.each<[string, () => IGrantable]>([
    [
      'a role of this app',
      () => {
        const elsewhere = new Stack(stack.node.root, 'Elsewhere', { env: { account: other } });
        return new Role(elsewhere, 'Operator', { assumedBy: new ServicePrincipal('x') });
      },
    ],
    [
      'an imported role, whose rights CDK would drop in silence',
      () => Role.fromRoleArn(stack, 'Imported', `arn:aws:iam::${other}:role/operator`),
    ],
    ['the account itself', () => new AccountPrincipal(other)],
  ])('are refused: %s', (_, operator) => {
    const grantee = operator();
    const rotator = new ImsTokenRotator(stack, 'Rotator');
    expect(() => rotator.grantOperate(grantee)).toThrow(refused);
    const deployed = ImsTokenRotator.fromRotatorAttributes(stack, 'Deployed', {
      rotatorName: 'prod',
      functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:rotator',
    });
    expect(() => deployed.grantOperate(grantee)).toThrow(refused);
  });

  it('are refused also where the rotator is elsewhere, but not an imported role beside it', () => {
    const elsewhere = ImsTokenRotator.fromRotatorAttributes(stack, 'Elsewhere', {
      rotatorName: 'prod',
      functionArn: `arn:aws:lambda:eu-west-1:${other}:function:rotator`,
      account: other,
    });
    expect(() => elsewhere.grantOperate(workload)).toThrow(
      'an operator of another account (111122223333) can have no rights here',
    );
    const role = Role.fromRoleArn(stack, 'Own', 'arn:aws:iam::111122223333:role/operator');
    expect(new ImsTokenRotator(stack, 'Rotator').grantOperate(role).success).toBe(true);
  });
});

describe('ImsProduct', () => {
  it('has a member for each product, which is the string of the settings', () => {
    const members = Object.entries(ImsProduct);
    expect(members.map(([, value]) => value)).toEqual(products);
    for (const [name, value] of members) {
      expect(name).toBe(String(value).toUpperCase().replaceAll('-', '_'));
    }
  });

  it('accepts the name of a product, and no other', () => {
    expect(ImsProduct.of('firefly')).toBe(ImsProduct.FIREFLY);
    expect(() => ImsProduct.of('constructor')).toThrow(
      'the product "constructor" is unknown: it must be one of workfront-fusion, workflow-builder,',
    );
  });

  it('is accepted as the product of a credential, beside the string', () => {
    const rotator = new ImsTokenRotator(stack, 'Rotator');
    rotator.addCredential('a', { product: ImsProduct.WORKFRONT_FUSION });
    rotator.addCredential('b', { product: 'workfront-fusion' });
    const tagged = Template.fromStack(stack).findResources('AWS::SecretsManager::Secret', {
      Properties: { Tags: [{ Key: 'ims-token-rotator:product', Value: 'workfront-fusion' }] },
    });
    expect(Object.keys(tagged)).toHaveLength(2);
  });
});
