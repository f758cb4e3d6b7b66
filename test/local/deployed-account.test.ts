import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { DescribeAlarmsForMetricCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { GetScheduleCommand } from '@aws-sdk/client-scheduler';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { ListSubscriptionsByTopicCommand } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { metricDimension, metricNamespace } from '../../core/contract.ts';
import { onboard } from '../../local/onboarding.ts';
import { consoleDownload, sampleClient } from '../../local/sample-credential.ts';
import { clientsFor } from '../support/aws-clients.ts';
import { localStack } from './local-stack.ts';
import { startWorld } from './start-world.ts';

/** Those of the stack with an address for alarms, and a client secret that rotates. */
function deployedResources() {
  const template = localStack({
    alarms: { emails: ['oncall@example.com'] },
    credentials: {
      'workfront-fusion': { product: 'workfront-fusion', clientSecretRotation: true },
    },
  });
  const properties = (type: string) =>
    Object.values(template.findResources(type)).map(({ Properties }) => Properties);
  return {
    schedules: properties('AWS::Scheduler::Schedule'),
    alarms: properties('AWS::CloudWatch::Alarm'),
    subscriptions: properties('AWS::SNS::Subscription'),
  };
}

describe('the account of the embedded world', () => {
  it('has the schedule, the alarms and the subscription of the stack', async () => {
    const { world, account } = await startWorld();
    const deployed = deployedResources();
    const alarms = [...account.alarms.values()];
    const watched = alarms.map(
      ({ namespace, metricName, dimensions, statistic, periodSeconds, threshold }) => ({
        namespace,
        metricName,
        dimensions: Object.keys(dimensions),
        statistic,
        periodSeconds,
        threshold,
      }),
    );
    const wanted = deployed.alarms.map(
      ({ Namespace, MetricName, Dimensions, Statistic, Period, Threshold }) => ({
        namespace: Namespace,
        metricName: MetricName,
        dimensions: Dimensions.map(({ Name }: { Name: string }) => Name),
        statistic: Statistic,
        periodSeconds: Period,
        threshold: Threshold,
      }),
    );
    expect(watched).toHaveLength(wanted.length);
    expect(watched).toEqual(expect.arrayContaining(wanted));
    expect(deployed.alarms.every((a) => a.AlarmActions.length + a.OKActions.length === 2)).toBe(
      true,
    );
    expect(alarms.every((a) => a.alarmActions.length + (a.okActions?.length ?? 0) === 2)).toBe(
      true,
    );
    const [schedule] = account.schedules.values();
    expect(deployed.schedules).toMatchObject([
      {
        State: schedule?.state,
        ScheduleExpression: schedule?.scheduleExpression,
        Target: { Input: schedule?.input },
      },
    ]);
    expect(deployed.subscriptions).toMatchObject(
      account.subscriptions.map(({ protocol, endpoint }) => ({
        Protocol: protocol,
        Endpoint: endpoint,
      })),
    );
    const functionArn = `arn:aws:lambda:us-east-1:111122223333:function:${world.functionName}`;
    expect(schedule?.targetArn).toBe(functionArn);
  });

  it('is that of a healthy rotator', async () => {
    const { world, cloudwatch, kms, scheduler, sns } = await startWorld({ rotator: 'prod' });
    const { MetricAlarms = [] } = await cloudwatch.send(
      new DescribeAlarmsForMetricCommand({
        Namespace: metricNamespace,
        MetricName: 'Ticks',
        Dimensions: [{ Name: metricDimension, Value: 'prod' }],
      }),
    );
    expect(MetricAlarms).toMatchObject([{ ActionsEnabled: true, StateValue: 'OK' }]);
    const TopicArn = MetricAlarms[0]?.AlarmActions?.[0];
    const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(Subscriptions).toMatchObject([{ Protocol: 'email' }]);
    const schedule = { Name: 'rotator-prod-tick', GroupName: world.functionName };
    expect(await scheduler.send(new GetScheduleCommand(schedule))).toMatchObject({
      State: 'ENABLED',
      ScheduleExpression: 'rate(15 minutes)',
    });
    const KeyId = 'alias/aws/secretsmanager';
    expect(await kms.send(new DescribeKeyCommand({ KeyId }))).toMatchObject({
      KeyMetadata: { KeyManager: 'AWS', KeyState: 'Enabled' },
    });
  });
});

describe('the metrics of the embedded world', () => {
  it('are those in the log of the function', async () => {
    const lines: string[] = [];
    const { world, cloudwatch, lambda, secretsManager } = await startWorld(
      {},
      { onLog: (_, line) => lines.push(line) },
    );
    const client = sampleClient();
    world.ims.registerClient(client);
    await onboard(world, secretsManager, 'fusion', consoleDownload(client));
    const Payload = JSON.stringify({ action: 'tick' });
    for (let tick = 1; tick <= 2; tick += 1) {
      await lambda.send(new InvokeCommand({ FunctionName: world.functionName, Payload }));
    }
    const read = (Id: string, MetricName: string, Stat: string) => ({
      Id,
      MetricStat: {
        Metric: {
          Namespace: metricNamespace,
          MetricName,
          Dimensions: [{ Name: metricDimension, Value: 'local' }],
        },
        Period: 3600,
        Stat,
      },
    });
    const { MetricDataResults = [] } = await cloudwatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(Date.now() - 1_800_000),
        EndTime: new Date(Date.now() + 60_000),
        MetricDataQueries: [
          read('ticks', 'Ticks', 'Sum'),
          read('managed', 'Managed', 'Maximum'),
          read('renewed', 'Renewed', 'Sum'),
          read('nothing', 'Other', 'Sum'),
        ],
      }),
    );
    const values = MetricDataResults.map(({ Id, Values }) => [Id, Values]);
    expect(values).toEqual([
      ['ticks', [2]],
      ['managed', [1]],
      ['renewed', [1]],
      ['nothing', []],
    ]);
    // The caller's onLog still receives every line.
    expect(lines.filter((line) => line.includes('"CloudWatchMetrics"'))).toHaveLength(2);
  });
});

describe('CloudTrail of the embedded world', () => {
  it('distinguishes an operator, the function and an intruder', async () => {
    const { world, account, cloudtrail, secretsManager } = await startWorld({
      authorize: (action, _, context) =>
        !(action === 'secretsmanager:GetSecretValue' && context['aws:PrincipalArn'] === intruder),
    });
    const intruder = 'arn:aws:iam::111122223333:user/mallory';
    account.principals.set('AKIAMALLORY', { username: 'mallory', arn: intruder });
    const client = sampleClient();
    world.ims.registerClient(client);
    await onboard(world, secretsManager, 'fusion', consoleDownload(client));
    await world.lambda.invoke(world.functionName, { action: 'tick' });
    const SecretId = world.secretId('fusion', 'token');
    const read = new GetSecretValueCommand({ SecretId });
    const { ARN } = await secretsManager.send(read);
    // CloudTrail records the calls of every endpoint.
    const mallory = clientsFor(world.secretsManager, 'AKIAMALLORY').secretsManager;
    await expect(mallory.send(read)).rejects.toMatchObject({ name: 'AccessDeniedException' });

    const LookupAttributes = [{ AttributeKey: 'ResourceName' as const, AttributeValue: ARN }];
    const { Events = [] } = await cloudtrail.send(new LookupEventsCommand({ LookupAttributes }));
    const seen = Events.map(({ EventName, Username, CloudTrailEvent = '' }) => {
      const { userIdentity, requestParameters, errorCode } = JSON.parse(CloudTrailEvent);
      expect(SecretId === requestParameters.secretId || ARN === requestParameters.secretId).toBe(
        EventName !== 'CreateSecret',
      );
      return [EventName, Username, userIdentity.type, errorCode];
    });
    expect(seen.slice(0, 2)).toEqual([
      ['GetSecretValue', 'mallory', 'IAMUser', 'AccessDenied'],
      ['GetSecretValue', 'local', 'IAMUser', undefined],
    ]);
    expect(seen).toContainEqual(['PutSecretValue', 'rotator-local', 'AssumedRole', undefined]);
    expect(seen.at(-1)).toEqual(['CreateSecret', 'local', 'IAMUser', undefined]);
    expect(JSON.stringify(Events)).not.toContain('access_token');
    expect(JSON.stringify(Events)).not.toContain(client.clientSecrets[0]);
  });
});

describe('a disabled key of the account', () => {
  it('keeps Secrets Manager from reading and storing values', async () => {
    const { account, secretsManager } = await startWorld();
    const arn = account.arn('kms', 'key/11111111-2222-4333-8444-555555555555');
    const key = { arn, manager: 'CUSTOMER', aliases: ['alias/tokens'] } as const;
    account.keys.set(arn, { ...key, state: 'Enabled' });
    const Name = 'a';
    const secret = { Name, SecretString: 'one', KmsKeyId: 'alias/tokens' };
    await secretsManager.send(new CreateSecretCommand(secret));
    account.keys.set(arn, { ...key, state: 'Disabled' });
    const read = new GetSecretValueCommand({ SecretId: Name });
    const put = new PutSecretValueCommand({ SecretId: Name, SecretString: 'two' });
    await expect(secretsManager.send(read)).rejects.toMatchObject({ name: 'DecryptionFailure' });
    await expect(secretsManager.send(put)).rejects.toMatchObject({ name: 'EncryptionFailure' });
    const update = new UpdateSecretCommand({ SecretId: Name, SecretString: 'two' });
    await expect(secretsManager.send(update)).rejects.toMatchObject({ name: 'EncryptionFailure' });
    account.keys.set(arn, { ...key, state: 'Enabled' });
    expect(await secretsManager.send(read)).toMatchObject({ SecretString: 'one' });
  });
});
