import { App, Duration, NestedStack, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { type IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { metricUnits } from '../../core/contract.ts';
import { ImsTokenRotator, type ImsTokenRotatorProps } from '../../infra/index.ts';
import { jwtShaped } from '../../infra/rotator-function.ts';

const newStack = (): Stack => new Stack(new App(), 'Apps');

function templateOf(props?: ImsTokenRotatorProps, stack: Stack = newStack()): Template {
  new ImsTokenRotator(stack, 'Rotator', props);
  return Template.fromStack(stack);
}

describe('ImsTokenRotator', () => {
  it('needs no properties, and takes its name from the stack', () => {
    const rotator = new ImsTokenRotator(newStack(), 'Rotator');
    expect(rotator.rotatorName).toBe('Apps');
    expect(rotator.prefix).toBe('ims-token-rotator/Apps');
    expect(rotator.alarms.length).toBeGreaterThan(0);
  });

  it('passes its properties to the resources', () => {
    const template = templateOf({
      rotatorName: 'prod',
      prefix: 'team/adobe',
      tick: Duration.minutes(30),
      timeout: Duration.minutes(15),
      logRetention: RetentionDays.ONE_YEAR,
      tracing: true,
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Timeout: 900,
      TracingConfig: { Mode: 'Active' },
      Environment: {
        Variables: {
          IMS_TOKEN_ROTATOR_NAME: 'prod',
          IMS_TOKEN_ROTATOR_PREFIX: 'team/adobe',
          IMS_TOKEN_ROTATOR_TICK_SECONDS: '1800',
        },
      },
    });
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(30 minutes)',
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { name: [{ wildcard: 'team/adobe/*/client' }] } },
    });
  });

  it('has a method for each metric that the function emits', () => {
    const rotator = new ImsTokenRotator(newStack(), 'Rotator', { rotatorName: 'prod' });
    const metrics = [
      rotator.metricTicks(),
      rotator.metricManaged(),
      rotator.metricRenewed(),
      rotator.metricFailing(),
      rotator.metricPaused(),
      rotator.metricMinLifeLeft(),
      rotator.metricMinSecondsToExpiry(),
      rotator.metricMinPausedLifeLeft(),
      rotator.metricClientSecretRotationOverdue(),
      rotator.metricRenewalDuration({ statistic: 'p50' }),
    ];
    expect(metrics.map(({ metricName }) => metricName)).toEqual(Object.keys(metricUnits));
    expect(new Set(metrics.map(({ dimensions }) => dimensions?.['rotator']))).toEqual(
      new Set(['prod']),
    );
    expect(metrics.at(-1)?.statistic).toBe('p50');
  });

  it('grants others the right to invoke the function', () => {
    const stack = newStack();
    const operator = new Role(stack, 'Operator', { assumedBy: new ServicePrincipal('x') });
    new ImsTokenRotator(stack, 'Rotator').grantInvoke(operator);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [Match.objectLike({ Action: 'lambda:InvokeFunction' })] },
      Roles: [{ Ref: Match.stringLikeRegexp('^Operator') }],
    });
  });

  it('creates a topic and a key for its alarms only if they have e-mail addresses', () => {
    const template = templateOf();
    template.resourceCountIs('AWS::SNS::Topic', 0);
    template.resourceCountIs('AWS::KMS::Key', 0);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: Match.absent() });
    templateOf({ alarms: { emails: ['ops@example.com'] } }).hasResourceProperties(
      'AWS::SNS::Subscription',
      { Endpoint: 'ops@example.com' },
    );
  });

  it('sends its alarms to an existing topic, and can omit alarms and dashboard', () => {
    const stack = newStack();
    const topic = new Topic(stack, 'Pager');
    const notified = templateOf({ alarms: { topic } }, stack);
    notified.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [stack.resolve(topic.topicArn)],
    });
    const silent = templateOf({ alarms: { enabled: false }, dashboard: false });
    silent.resourceCountIs('AWS::CloudWatch::Alarm', 0);
    silent.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  });
});

describe('the log group', () => {
  it('masks anything that looks like an access token', () => {
    templateOf().hasResourceProperties('AWS::Logs::LogGroup', {
      DataProtectionPolicy: {
        Configuration: { CustomDataIdentifier: [{ Name: 'JwtShaped', Regex: jwtShaped }] },
        Statement: [
          Match.objectLike({ Operation: { Audit: Match.anyValue() } }),
          Match.objectLike({
            DataIdentifier: ['JwtShaped'],
            Operation: { Deidentify: { MaskConfig: {} } },
          }),
        ],
      },
    });
  });

  it('uses a pattern that CloudWatch Logs accepts, which CDK does not check', () => {
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-custom-data-identifiers.html
    expect(jwtShaped).toMatch(/^[A-Za-z0-9 _#=@/;,^$?[\]{}|\\*+.-]{1,200}$/);
  });

  it('matches a token, but not the rest of a log line', () => {
    const part = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'RS256', x5u: 'ims.cer' })}.${part({ type: 'access_token' })}.c2ln`;
    const pattern = new RegExp(jwtShaped);
    expect(JSON.stringify({ message: `token ${token}` })).toMatch(pattern);
    expect('{"reason":"token-fresh","version":"01a2073a-f2f1-8015-85ff-7ab6fbbeabcd"}').not.toMatch(
      pattern,
    );
  });
});

describe('the function in a VPC', () => {
  it('is created only after its role may create network interfaces', () => {
    const stack = newStack();
    const vpc = new Vpc(stack, 'Vpc', { natGateways: 1 }) as IVpc;
    const securityGroups = [new SecurityGroup(stack, 'Egress', { vpc })];
    const vpcSubnets = { subnets: vpc.privateSubnets.slice(0, 1) };
    const template = templateOf({ vpc, vpcSubnets, securityGroups }, stack);
    const [policyId] = Object.keys(
      template.findResources('AWS::IAM::Policy', {
        Properties: {
          PolicyDocument: {
            Statement: [
              {
                Effect: 'Allow',
                Action: [
                  'ec2:AssignPrivateIpAddresses',
                  'ec2:CreateNetworkInterface',
                  'ec2:DeleteNetworkInterface',
                  'ec2:DescribeNetworkInterfaces',
                  'ec2:DescribeSubnets',
                  'ec2:UnassignPrivateIpAddresses',
                ],
                Resource: '*',
              },
            ],
          },
        },
      }),
    );
    template.hasResource('AWS::Lambda::Function', {
      DependsOn: Match.arrayWith([policyId]),
      Properties: {
        VpcConfig: {
          SecurityGroupIds: [stack.resolve(securityGroups[0]?.securityGroupId)],
          SubnetIds: [stack.resolve(vpc.privateSubnets[0]?.subnetId)],
        },
      },
    });
  });

  it('is the only function whose role may use EC2', () => {
    expect(JSON.stringify(templateOf().toJSON())).not.toContain('ec2:');
  });
});

describe('ImsTokenRotator rejects', () => {
  const stack = newStack();
  it.each<[string, ImsTokenRotatorProps, string]>([
    [
      'a name with a space',
      { rotatorName: 'a b' },
      'the rotator name "a b" is invalid: it must be letters, digits and',
    ],
    [
      'a prefix that starts with a slash',
      { prefix: '/a' },
      'the prefix "/a" is invalid: it must be parts',
    ],
    [
      'a tick of seconds',
      { tick: Duration.seconds(90) },
      'tick must be 3 to 1440 whole minutes; it is 1 minute 30 seconds',
    ],
    [
      'a time-out that is too short for a renewal',
      { timeout: Duration.seconds(119) },
      'timeout must be at least 2 minutes, or a tick might begin no renewal; it is 1 minute 59',
    ],
    [
      'a time-out beyond the limit of Lambda',
      { timeout: Duration.minutes(16) },
      'timeout must be at most 15 minutes, the limit of AWS Lambda; it is 16 minutes',
    ],
    [
      'a tick that is not longer than the time-out',
      { tick: Duration.minutes(10) },
      'tick must be longer than the time-out (10 minutes), or runs would overlap; it is 10 minutes',
    ],
    [
      'a tick too long for the alarm on silence',
      { tick: Duration.minutes(173) },
      'it must leave at least 12 h 2 min: four ticks and half an hour, so that the alarm on silence is',
    ],
    [
      'a tick too long for a retry, without alarms',
      { tick: Duration.minutes(361), alarms: { enabled: false } },
      'it must leave at least 12 h 2 min: the page threshold (0 % of 24 h) and two ticks',
    ],
    [
      'a page threshold below which a token can expire between two ticks',
      { alarms: { pagePercent: 3.1, urgentPercent: 1 } },
      'pagePercent is 3.1, or 44 min of 24 hours; it must be at least 3.2, a tick (15 min) and half',
    ],
    [
      'a page threshold that leaves no time for a retry',
      { alarms: { pagePercent: 49 } },
      'it must leave at least 12 h 16 min: the page threshold (49 % of 24 h) and two ticks',
    ],
    [
      'an urgent threshold above the page threshold',
      { alarms: { urgentPercent: 20 } },
      'pagePercent is 16 and urgentPercent is 20; both must be above 0 and below 50, and urgentPercent must',
    ],
    [
      'e-mail addresses beside a topic',
      { alarms: { emails: ['a@b'], topic: new Topic(stack, 'Pager') } },
      'give the alarms either emails or topic, not both; subscribe the addresses to your topic',
    ],
    [
      'a runbook at a relative path',
      { alarms: { runbookUrl: 'docs/runbook.md' } },
      'runbookUrl must be an http or https address without a fragment, of at most 500 characters',
    ],
    [
      'a runbook with a fragment',
      { alarms: { runbookUrl: 'https://example.com/runbook.md#alarms' } },
      'it is "https://example.com/runbook.md#alarms"',
    ],
    [
      'a runbook that is a script',
      { alarms: { runbookUrl: 'javascript:alert(1)' } },
      'runbookUrl must be an http or https address',
    ],
    [
      'a runbook with more characters than a description has room for',
      { alarms: { runbookUrl: 'https://example.com/'.padEnd(501, 'x') } },
      'of at most 500 characters',
    ],
    [
      'recipients of disabled alarms',
      { alarms: { enabled: false, emails: ['a@b'] } },
      'the alarms have recipients but are disabled; omit the recipients',
    ],
    ['subnets without a VPC', { vpcSubnets: {} }, 'vpcSubnets and securityGroups need the vpc'],
    [
      'a key alias',
      {
        encryptionKey: Key.fromKeyArn(stack, 'Sm', 'arn:aws:kms:x:111122223333:key/x').addAlias(
          'alias/mine',
        ),
      },
      'encryptionKey is an alias, which IAM does not resolve',
    ],
  ])('%s', (_, props, message) => {
    expect(() => new ImsTokenRotator(newStack(), 'Rotator', props)).toThrow(message);
  });

  it.each([
    { pagePercent: 4 },
    { urgentPercent: 16 },
    { urgentPercent: 0 },
    { pagePercent: 50 },
    { pagePercent: 100 },
    { pagePercent: Number.NaN },
  ])('the alarm thresholds %o', (alarms) => {
    expect(() => new ImsTokenRotator(newStack(), 'Rotator', { alarms })).toThrow(
      'both must be above 0 and below 50, and urgentPercent must be the lower one',
    );
  });

  it('a nested stack without a rotatorName, as its own name is unknown', () => {
    const nested = new NestedStack(newStack(), 'Nested');
    expect(() => new ImsTokenRotator(nested, 'Rotator')).toThrow('give a rotatorName');
  });
});
