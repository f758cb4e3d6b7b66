import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseSettings } from '../../infra/settings.ts';
import { ImsTokenRotatorStack } from '../../infra/stack.ts';

const cdkJson: { context: Record<string, unknown> } = JSON.parse(
  readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'),
);

/** The template as `npx cdk deploy` makes it from `cdk.json`. */
function synthesise(): Template {
  const app = new App({ context: cdkJson.context });
  const settings = parseSettings(app.node.tryGetContext('ims-token-rotator'));
  return Template.fromStack(new ImsTokenRotatorStack(app, 'ImsTokenRotator', settings));
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
    expect(secrets.map((secret) => secret['DeletionPolicy'])).toEqual(['Retain', 'Retain']);
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

  it('calls the function when a credential is stored, and not for the tokens it stores', () => {
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

  it('grants the function what it does and nothing else', () => {
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
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['ims-token-rotator:status'] },
        },
      },
    ]);
    template.allResourcesProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  });
});

describe('the setting validate', () => {
  it('has IMS asked about each token', () => {
    const settings = parseSettings({ credentials: {}, validate: true });
    const template = Template.fromStack(
      new ImsTokenRotatorStack(new App(), 'Validating', settings),
    );
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ IMS_TOKEN_ROTATOR_VALIDATE: 'true' }) },
    });
  });
});

describe('several credentials', () => {
  it('have two secrets each, under names of their own', () => {
    const settings = parseSettings({
      credentials: {
        fusion: {},
        firefly: { product: 'firefly' },
        'my-own': { scopes: ['a', 'b'] },
      },
    });
    const template = Template.fromStack(new ImsTokenRotatorStack(new App(), 'Several', settings));
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

describe('parseSettings', () => {
  it('lists every problem with its path', () => {
    const settings = {
      credentials: { 'Not A Name': {}, fusion: { product: 5, scopes: ['a b'], scope: 'x' } },
      interval: 1,
    };
    expect(() => parseSettings(settings)).toThrow(
      new RegExp(
        [
          'ims-token-rotator.credentials.Not A Name: is no credential name',
          'ims-token-rotator.credentials.fusion.product: ',
          'ims-token-rotator.credentials.fusion.scopes.0: must be one scope',
          'ims-token-rotator.credentials.fusion.scope: ',
          'ims-token-rotator.interval: ',
        ].join('[^]*'),
      ),
    );
  });

  it('needs the key in cdk.json', () => {
    expect(() => parseSettings(undefined)).toThrow('- ims-token-rotator: ');
  });
});
