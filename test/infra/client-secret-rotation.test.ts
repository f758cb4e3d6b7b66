import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { App, CfnParameter, type Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type ImsCredentialProps,
  ImsTokenRotator,
  type ImsTokenRotatorProps,
} from '../../infra/index.ts';
import { importedSecret, stackWithEnv } from './full-rotator.ts';

let stack: Stack;

beforeEach(() => {
  stack = stackWithEnv();
});

function templateOf(
  credentials: Readonly<Record<string, ImsCredentialProps>>,
  props: ImsTokenRotatorProps = {},
): Template {
  const rotator = new ImsTokenRotator(stack, 'Rotator', props);
  for (const [name, credential] of Object.entries(credentials)) {
    rotator.addCredential(name, credential);
  }
  return Template.fromStack(stack);
}

function logicalIds(template: Template): Readonly<Record<string, string>> {
  const secrets = Object.entries(template.findResources('AWS::SecretsManager::Secret'));
  return Object.fromEntries(
    secrets.map(([id, { Properties }]) => [
      Properties.Name.replace('ims-token-rotator/Apps/', ''),
      id,
    ]),
  );
}

const schedulesOf = (template: Template) =>
  Object.values(template.findResources('AWS::SecretsManager::RotationSchedule'));

const overdue = { Properties: { MetricName: 'ClientSecretRotationOverdue' } };

describe('the function', () => {
  it.each<[string, readonly string[], string | undefined]>([
    ['some', ['fusion'], 'fusion'],
    ['all that may', ['fusion', 'firefly'], '*'],
    ['none', [], undefined],
  ])('is told whose client secrets rotate, since anybody may switch it off: %s', (_, of, told) => {
    const template = templateOf({
      fusion: { clientSecretRotation: of.includes('fusion') },
      firefly: { clientSecretRotation: of.includes('firefly') },
      imported: { clientSecret: importedSecret(stack, 'theirs') },
    });
    const [{ Properties } = {}] = Object.values(template.findResources('AWS::Lambda::Function'));
    expect(Properties.Environment.Variables.IMS_TOKEN_ROTATOR_ROTATING).toBe(told);
  });
});

describe('a stack without a client secret that rotates', () => {
  it('has nothing of it: neither rights nor a permission nor an alarm', () => {
    const template = templateOf({ fusion: { clientSecretRotation: false }, firefly: {} });
    template.resourceCountIs('AWS::SecretsManager::RotationSchedule', 0);
    template.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
    expect(Object.keys(template.findResources('AWS::CloudWatch::Alarm', overdue))).toEqual([]);
    const text = JSON.stringify(template.toJSON());
    for (const trace of ['secretsmanager.amazonaws.com', ':rotation', 'ClientSecretRotation']) {
      expect(text).not.toContain(trace);
    }
  });

  it('is as if it had never been asked', () => {
    const asked = templateOf({ fusion: { clientSecretRotation: false } }).toJSON();
    stack = stackWithEnv();
    expect(templateOf({ fusion: {} }).toJSON()).toEqual(asked);
  });
});

describe('a client secret that rotates', () => {
  it('has a monthly schedule that does not rotate it at a deployment', () => {
    const template = templateOf({ fusion: { clientSecretRotation: true }, firefly: {} });
    const [permission] = Object.keys(
      template.findResources('AWS::Lambda::Permission', {
        Properties: {
          Principal: 'secretsmanager.amazonaws.com',
          SourceAccount: '111122223333',
        },
      }),
    );
    const [policy] = Object.keys(template.findResources('AWS::IAM::ManagedPolicy'));
    const [schedule, ...others] = schedulesOf(template);
    expect(others).toEqual([]);
    expect(schedule?.['Properties']).toEqual({
      SecretId: { Ref: logicalIds(template)['fusion/client'] },
      RotationLambdaARN: { 'Fn::GetAtt': [expect.stringContaining('Function'), 'Arn'] },
      RotateImmediatelyOnUpdate: false,
      RotationRules: { ScheduleExpression: 'cron(0 4 1 * ? *)' },
    });
    // Secrets Manager calls the function at once.
    expect(schedule?.['DependsOn']).toEqual(expect.arrayContaining([permission, policy]));
  });

  it.each([
    'cron(0 4 ? * MON *)',
    'cron(0 23 L 1/3 ? *)',
    'cron(0 0 28 JAN,JUL ? *)',
    'cron(0 9 ? * 2#1 *)',
  ])('has the schedule %s', (clientSecretRotationSchedule) => {
    const template = templateOf({
      fusion: { clientSecretRotation: true, clientSecretRotationSchedule },
    });
    template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationRules: { ScheduleExpression: clientSecretRotationSchedule },
    });
  });

  it('has a schedule from a parameter', () => {
    const parameter = new CfnParameter(stack, 'When');
    templateOf({
      fusion: { clientSecretRotation: true, clientSecretRotationSchedule: parameter.valueAsString },
    }).hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationRules: { ScheduleExpression: { Ref: 'When' } },
    });
  });

  it.each([
    ['a rate', 'rate(30 days)'],
    ['every day', 'cron(0 4 * * ? *)'],
    ['two days of a month', 'cron(0 4 1,2 * ? *)'],
    ['two days of a week', 'cron(0 4 ? * MON,TUE *)'],
    ['twice a day', 'cron(0 4/12 1 * ? *)'],
    ['a day that some months lack', 'cron(0 4 31 * ? *)'],
    ['minutes', 'cron(30 4 1 * ? *)'],
    ['an hour that no day has', 'cron(0 24 1 * ? *)'],
    ['a month that no year has', 'cron(0 4 1 13 ? *)'],
    ['one year', 'cron(0 4 1 * ? 2030)'],
    ['five fields', 'cron(0 4 1 * ?)'],
    ['a schedule of crontab', '0 4 1 * *'],
  ])('is refused with %s', (_, clientSecretRotationSchedule) => {
    expect(() =>
      templateOf({ fusion: { clientSecretRotation: true, clientSecretRotationSchedule } }),
    ).toThrow(
      'clientSecretRotationSchedule must be a cron expression for a full hour (UTC) on one day of a ' +
        'month or of a week, for example cron(0 4 1 * ? *)',
    );
  });

  it('is refused with a schedule alone', () => {
    const clientSecretRotationSchedule = 'cron(0 4 1 * ? *)';
    expect(() => templateOf({ fusion: { clientSecretRotationSchedule } })).toThrow(
      'clientSecretRotationSchedule needs clientSecretRotation: true',
    );
  });

  it('is refused where it is imported', () => {
    const clientSecret = importedSecret(stack, 'adobe');
    expect(() => templateOf({ fusion: { clientSecret, clientSecretRotation: true } })).toThrow(
      'the rotator rotates only the client secrets that it creates: omit clientSecretRotation, or ' +
        'omit clientSecret',
    );
  });

  it('may be written by the function, and no other client secret may', () => {
    const template = templateOf({
      fusion: { clientSecretRotation: true },
      firefly: {},
      photoshop: { clientSecretRotation: true },
    });
    const ids = logicalIds(template);
    const policies = Object.values(template.findResources('AWS::IAM::ManagedPolicy'));
    expect(policies.map(({ Properties }) => Properties.PolicyDocument.Statement)).toEqual([
      [
        {
          Effect: 'Allow',
          Action: [
            'secretsmanager:DescribeSecret',
            'secretsmanager:PutSecretValue',
            'secretsmanager:TagResource',
            'secretsmanager:UpdateSecretVersionStage',
          ],
          Resource: [{ Ref: ids['fusion/client'] }, { Ref: ids['photoshop/client'] }],
          Condition: {
            'ForAllValues:StringEquals': { 'aws:TagKeys': ['ims-token-rotator:rotation'] },
          },
        },
      ],
    ]);
    const role = template.findResources('AWS::IAM::Role', {
      Properties: { Description: Match.stringLikeRegexp('^Renews') },
    });
    expect(policies[0]?.['Properties'].Roles).toEqual([{ Ref: Object.keys(role)[0] }]);
  });

  it('is encrypted with a key that the function may encrypt with', () => {
    const own = Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/own');
    const template = templateOf({ fusion: { clientSecretRotation: true, encryptionKey: own } });
    template.allResourcesProperties('AWS::SecretsManager::Secret', { KmsKeyId: own.keyArn });
    for (const Action of ['kms:Decrypt', 'kms:GenerateDataKey']) {
      template.hasResourceProperties('AWS::IAM::Policy', {
        PolicyDocument: {
          Statement: Match.arrayWith([Match.objectLike({ Action, Resource: own.keyArn })]),
        },
      });
    }
  });

  it('rotates beside its token, with one permission for both', () => {
    const template = templateOf(
      { fusion: { clientSecretRotation: true } },
      { nativeRotation: true },
    );
    const ids = logicalIds(template);
    const rules = schedulesOf(template).map(({ Properties }) => [
      Properties.SecretId.Ref,
      Properties.RotationRules,
    ]);
    expect(Object.fromEntries(rules)).toEqual({
      [`${ids['fusion/client']}`]: { ScheduleExpression: 'cron(0 4 1 * ? *)' },
      [`${ids['fusion/token']}`]: undefined,
    });
    const permissions = template.findResources('AWS::Lambda::Permission', {
      Properties: { Principal: 'secretsmanager.amazonaws.com' },
    });
    expect(Object.keys(permissions)).toHaveLength(1);
  });

  it('may be rotated by operators, with the rotator’s function only', () => {
    const rotator = new ImsTokenRotator(stack, 'Rotator');
    const account = { assumedBy: new AccountRootPrincipal() };
    rotator.grantOperate(new Role(stack, 'Operator', account));
    rotator.addCredential('fusion', { clientSecretRotation: true });
    rotator.addCredential('firefly');
    const template = Template.fromStack(stack);
    const functionArn = stack.resolve(rotator.function.functionArn);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Effect: 'Allow',
            Action: 'secretsmanager:RotateSecret',
            Resource: { Ref: logicalIds(template)['fusion/client'] },
            Condition: {
              StringEqualsIfExists: { 'secretsmanager:RotationLambdaARN': functionArn },
            },
          },
        ]),
      },
    });
  });

  it('brings one alarm, which the dashboard shows and the construct lists', () => {
    const rotator = new ImsTokenRotator(stack, 'Rotator', {
      alarms: { emails: ['ops@example.com'], runbookUrl: 'https://wiki.example.com/runbook' },
    });
    const before = rotator.alarms.length;
    for (const name of ['fusion', 'firefly']) {
      rotator.addCredential(name, { clientSecretRotation: true });
    }
    expect(rotator.alarms).toHaveLength(before + 1);
    const template = Template.fromStack(stack);
    const [[id, { Properties }] = ['', {}], ...others] = Object.entries(
      template.findResources('AWS::CloudWatch::Alarm', overdue),
    );
    expect(others).toEqual([]);
    expect(Properties).toMatchObject({
      Namespace: 'ImsTokenRotator',
      Statistic: 'Maximum',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      EvaluationPeriods: 1,
      AlarmDescription: expect.stringMatching(/runbook#client-secret-rotation-overdue$/),
      AlarmActions: [expect.anything()],
      OKActions: [expect.anything()],
    });
    const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
    expect(JSON.stringify(dashboard)).toContain(id);
  });

  it('needs no alarm where alarms are disabled', () => {
    templateOf(
      { fusion: { clientSecretRotation: true } },
      { alarms: { enabled: false } },
    ).resourceCountIs('AWS::CloudWatch::Alarm', 0);
  });

  it('is in the report of an app whose roles exist already', async () => {
    const app = new App();
    Role.customizeRoles(app, {
      usePrecreatedRoles: {
        'Apps/Rotator/Function/Permissions/Role': 'adobe',
        'Apps/Rotator/Tick/Role': 'tick',
      },
    });
    stack = stackWithEnv(app);
    const rotator = new ImsTokenRotator(stack, 'Rotator');
    for (const name of ['one', 'two']) rotator.addCredential(name, { clientSecretRotation: true });
    const { directory } = app.synth();
    Template.fromStack(stack).resourceCountIs('AWS::IAM::ManagedPolicy', 0);
    const report = await readFile(join(directory, 'iam-policy-report.txt'), 'utf8');
    for (const name of ['one', 'two']) {
      expect(report).toContain(`(Apps/Rotator/Credentials/${name}/ClientSecret/Resource.Ref)`);
    }
    expect(report).toContain('"ims-token-rotator:rotation"');
  });
});
