import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { ImsTokenRotatorStack } from '../../infra/ims-token-rotator-stack.ts';
import { parseSettings } from '../../infra/settings.ts';

const cdkJson: { context: Record<string, unknown> } = JSON.parse(
  readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'),
);

/** The template that `npx cdk deploy` would deploy. */
function synthesise(): Template {
  const app = new App({ context: cdkJson.context });
  const settings = parseSettings(app.node.tryGetContext('ims-token-rotator'));
  return Template.fromStack(new ImsTokenRotatorStack(app, 'ImsTokenRotator', { settings }));
}

const statements = (template: Template): unknown[] =>
  Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
    (policy) => policy['Properties'].PolicyDocument.Statement,
  );

const secretArn = (kind: string) => ({
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      ':secretsmanager:',
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
      `:secret:ims-token-rotator/ImsTokenRotator/*/${kind}-??????`,
    ],
  ],
});

describe('the stack of cdk.json', () => {
  let template: Template;

  beforeAll(() => {
    template = synthesise();
  });

  it('creates the two secrets of the example credential, empty and retained', () => {
    const secrets = Object.values(template.findResources('AWS::SecretsManager::Secret'));
    expect(secrets.map((secret) => new Set(Object.keys(secret['Properties'])))).toEqual([
      new Set(['Description', 'Name']),
      new Set(['Description', 'Name', 'Tags']),
    ]);
    expect(secrets.map((secret) => secret['DeletionPolicy'])).toEqual([
      'RetainExceptOnCreate',
      'RetainExceptOnCreate',
    ]);
    const name = 'ims-token-rotator/ImsTokenRotator/workfront-fusion';
    template.hasResourceProperties('AWS::SecretsManager::Secret', { Name: `${name}/client` });
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      Name: `${name}/token`,
      Tags: [{ Key: 'ims-token-rotator:product', Value: 'workfront-fusion' }],
    });
  });

  it('runs the bundle on Node.js 24', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      Timeout: 600,
      LoggingConfig: { LogFormat: 'JSON', LogGroup: Match.anyValue() },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  });

  it('ticks every 15 minutes, from a role that may invoke this one function', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(15 minutes)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: {
        Input: '{"action":"tick"}',
        RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 300 },
      },
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 1,
      MaximumEventAgeInSeconds: 300,
    });
    const [functionId] = Object.keys(template.findResources('AWS::Lambda::Function'));
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Principal: { Service: 'scheduler.amazonaws.com' },
            Condition: {
              StringEquals: {
                'aws:SourceAccount': { Ref: 'AWS::AccountId' },
                'aws:SourceArn': Match.anyValue(),
              },
            },
          }),
        ],
      },
      Policies: [
        {
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: 'lambda:InvokeFunction',
                Resource: { 'Fn::GetAtt': [functionId, 'Arn'] },
              },
            ],
          },
          PolicyName: 'invoke',
        },
      ],
    });
  });

  it('invokes the function when a credential is stored, but not for the tokens it stores', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.secretsmanager'],
        'detail-type': ['Secret Label Updated'],
        detail: {
          labelUpdated: ['AWSCURRENT'],
          name: [{ wildcard: 'ims-token-rotator/ImsTokenRotator/*/client' }],
        },
      },
      Targets: [
        Match.objectLike({
          RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 300 },
        }),
      ],
    });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'events.amazonaws.com',
      SourceArn: Match.anyValue(),
    });
  });

  it('grants the function only what it uses', () => {
    const [logGroupId] = Object.keys(template.findResources('AWS::Logs::LogGroup'));
    expect(statements(template)).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [logGroupId, 'Arn'] },
      },
      { Effect: 'Allow', Action: 'secretsmanager:ListSecrets', Resource: '*' },
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: secretArn('client'),
      },
      {
        Effect: 'Allow',
        Action: [
          'secretsmanager:DescribeSecret',
          'secretsmanager:GetSecretValue',
          'secretsmanager:PutSecretValue',
          'secretsmanager:UpdateSecretVersionStage',
        ],
        Resource: secretArn('token'),
      },
      {
        Effect: 'Allow',
        Action: 'secretsmanager:TagResource',
        Resource: secretArn('token'),
        Condition: {
          'ForAllValues:StringEquals': {
            'aws:TagKeys': ['ims-token-rotator:status', 'ims-token-rotator:requested'],
          },
        },
      },
    ]);
    template.allResourcesProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  });
});

describe('the setting validate', () => {
  it('makes the function validate each token at IMS', () => {
    const settings = parseSettings({ credentials: {}, validate: true });
    const template = Template.fromStack(
      new ImsTokenRotatorStack(new App(), 'Validating', { settings }),
    );
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ IMS_TOKEN_ROTATOR_VALIDATE: 'true' }) },
    });
  });
});

describe('several credentials', () => {
  it('have two secrets each, named after the credential', () => {
    const settings = parseSettings({
      credentials: {
        fusion: {},
        firefly: { product: 'firefly' },
        'my-own': { scopes: ['a', 'b'] },
      },
    });
    const template = Template.fromStack(
      new ImsTokenRotatorStack(new App(), 'Several', { settings }),
    );
    const secrets = Object.values(template.findResources('AWS::SecretsManager::Secret'));
    expect(secrets.map((secret) => secret['Properties'].Name)).toEqual(
      ['fusion', 'firefly', 'my-own'].flatMap((name) => [
        `ims-token-rotator/Several/${name}/client`,
        `ims-token-rotator/Several/${name}/token`,
      ]),
    );
    expect(secrets.at(-1)?.['Properties'].Tags).toEqual([
      { Key: 'ims-token-rotator:scopes', Value: 'a b' },
    ]);
  });
});

describe('the settings', () => {
  const account = 'eu-west-1:111122223333';
  const keyArn = `arn:aws:kms:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
  const clientSecretArn = `arn:aws:secretsmanager:${account}:secret:team/adobe-AbCdEf`;
  const topicArn = `arn:aws:sns:${account}:pager`;
  const templateOf = (settings: object): Template =>
    Template.fromStack(
      new ImsTokenRotatorStack(new App(), 'Set', { settings: parseSettings(settings) }),
    );

  it('reach the construct', () => {
    const template = templateOf({
      rotatorName: 'prod',
      prefix: 'team/adobe',
      credentials: {
        own: {
          scopes: ['openid'],
          renewBefore: 'PT8H',
          clientSecretArn,
          clientSecretKeyArn: keyArn,
        },
        rotating: {
          clientSecretRotation: true,
          clientSecretRotationSchedule: 'cron(0 4 ? * MON *)',
        },
      },
      tickMinutes: 30,
      timeoutMinutes: 5,
      alarms: { topicArn, thresholds: { pagePercent: 20, urgentPercent: 5 } },
      dashboard: false,
      keyArn,
      logRetentionDays: 365,
      nativeRotation: true,
      retainSecrets: false,
      tracing: true,
    });
    template.hasResource('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'Delete',
      Properties: {
        Name: 'team/adobe/own/token',
        KmsKeyId: keyArn,
        Tags: [
          { Key: 'ims-token-rotator:renew-before', Value: 'PT8H' },
          { Key: 'ims-token-rotator:scopes', Value: 'openid' },
        ],
      },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Timeout: 300,
      TracingConfig: { Mode: 'Active' },
      Environment: {
        Variables: {
          IMS_TOKEN_ROTATOR_NAME: 'prod',
          IMS_TOKEN_ROTATOR_TICK_SECONDS: '1800',
          IMS_TOKEN_ROTATOR_CLIENT_SECRETS: JSON.stringify({ own: clientSecretArn }),
        },
      },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
    template.resourceCountIs('AWS::SecretsManager::RotationSchedule', 3);
    template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationRules: { ScheduleExpression: 'cron(0 4 ? * MON *)' },
    });
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'MinLifeLeft',
      Threshold: 20,
      AlarmActions: [topicArn],
    });
  });

  it('apply the key of a credential to that credential only', () => {
    const template = templateOf({ credentials: { a: { keyArn }, b: {}, c: { keyArn } } });
    const secrets = Object.values(template.findResources('AWS::SecretsManager::Secret'));
    expect(secrets.map(({ Properties }) => Properties.KmsKeyId)).toEqual(
      [keyArn, undefined, keyArn].flatMap((key) => [key, key]),
    );
  });

  it('put the function into a VPC by ids, without an account at synthesis', () => {
    const network = {
      vpcId: 'vpc-0123456789abcdef0',
      subnetIds: ['subnet-0123456789abcdef0', 'subnet-01234567'],
    };
    templateOf({ ...network, securityGroupIds: ['sg-0123456789abcdef0'] }).hasResourceProperties(
      'AWS::Lambda::Function',
      { VpcConfig: { SubnetIds: network.subnetIds, SecurityGroupIds: ['sg-0123456789abcdef0'] } },
    );
    templateOf(network).hasResourceProperties('AWS::EC2::SecurityGroup', {
      VpcId: 'vpc-0123456789abcdef0',
    });
  });

  it('come with outputs that name the rotator’s resources', () => {
    expect(Object.keys(templateOf({}).findOutputs('*'))).toEqual([
      'RotatorName',
      'FunctionName',
      'LogGroupName',
      'SecretPrefix',
    ]);
  });
});
