import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  DescribeAlarmsCommand,
  DescribeAlarmsForMetricCommand,
  GetMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { GetScheduleCommand, ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { ListSubscriptionsByTopicCommand } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WorldOptions } from '../../../local/world.ts';
import { World } from '../../../local/world.ts';
import { clientsFor, startAws } from './start-aws.ts';

type Authorize = NonNullable<WorldOptions['authorize']>;

const here = 'us-east-1:111122223333';
const functionArn = `arn:aws:lambda:${here}:function:rotator-local`;
const operator = 'arn:aws:iam::111122223333:user/local';

async function startWorld(authorize: Authorize) {
  const world = new World({ eventRule: false, authorize });
  await world.start();
  onTestFinished(() => world.stop());
  return world;
}

describe('authorize', () => {
  it('is asked about every call but GetCallerIdentity, with its resource', async () => {
    const asked: string[] = [];
    const world = await startWorld((action, resource, context) => {
      expect(context).toMatchObject({
        'aws:RequestedRegion': 'us-east-1',
        'aws:PrincipalArn': operator,
      });
      asked.push(`${action} ${resource}`);
      return true;
    });
    const clients = clientsFor(world.aws);
    const { cloudtrail, cloudwatch, kms, lambda, scheduler, secretsManager, sns, sts } = clients;
    const Name = 'rotator-local-tick';
    const FunctionName = 'rotator-local';
    const KeyId = 'alias/aws/secretsmanager';
    const metric = { Namespace: 'ImsTokenRotator', MetricName: 'Ticks' };
    const range = { StartTime: new Date(0), EndTime: new Date(60_000), MetricDataQueries: [] };
    const TopicArn = `arn:aws:sns:${here}:rotator-local-alarms`;
    await cloudtrail.send(new LookupEventsCommand({}));
    await cloudwatch.send(new DescribeAlarmsCommand({}));
    await cloudwatch.send(new DescribeAlarmsForMetricCommand(metric));
    await cloudwatch.send(new GetMetricDataCommand(range));
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    await lambda.send(new ListFunctionsCommand({}));
    await lambda.send(new GetFunctionCommand({ FunctionName }));
    await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun' }));
    await scheduler.send(new ListSchedulesCommand({}));
    await scheduler.send(new GetScheduleCommand({ Name, GroupName: FunctionName }));
    await secretsManager.send(new ListSecretsCommand({}));
    await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    await sts.send(new GetCallerIdentityCommand({}));
    expect(asked).toEqual([
      'cloudtrail:LookupEvents *',
      `cloudwatch:DescribeAlarms arn:aws:cloudwatch:${here}:alarm:*`,
      'cloudwatch:DescribeAlarmsForMetric *',
      'cloudwatch:GetMetricData *',
      `kms:DescribeKey ${KeyMetadata?.Arn}`,
      'lambda:ListFunctions *',
      `lambda:GetFunction ${functionArn}`,
      `lambda:GetFunctionConfiguration ${functionArn}`,
      `lambda:InvokeFunction ${functionArn}`,
      'scheduler:ListSchedules *',
      `scheduler:GetSchedule arn:aws:scheduler:${here}:schedule/rotator-local/${Name}`,
      'secretsmanager:ListSecrets *',
      `sns:ListSubscriptionsByTopic ${TopicArn}`,
    ]);
  });

  it.each(['aws', 'secretsManager', 'lambda'] as const)(
    'denies what comes by the endpoint of %s',
    async (server) => {
      const world = await startWorld(() => Promise.resolve(false));
      const { lambda, secretsManager } = clientsFor(world[server]);
      const denied = (action: string, resource: string) => ({
        name: 'AccessDeniedException',
        message: `User: ${operator} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
      });
      if (server !== 'lambda') {
        await expect(secretsManager.send(new ListSecretsCommand({}))).rejects.toMatchObject(
          denied('secretsmanager:ListSecrets', '*'),
        );
      }
      if (server !== 'secretsManager') {
        const invoke = new InvokeCommand({ FunctionName: 'rotator-local' });
        await expect(lambda.send(invoke)).rejects.toMatchObject(
          denied('lambda:InvokeFunction', functionArn),
        );
      }
    },
  );

  it('denies in the words of AWS, before anything is done', async () => {
    const { aws, scheduler, sns } = await startAws({ authorize: () => false });
    await expect(scheduler.send(new ListSchedulesCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 403 },
    });
    const TopicArn = `arn:aws:sns:${here}:missing`;
    await expect(sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).rejects.toMatchObject(
      {
        name: 'AuthorizationErrorException',
        message: expect.stringContaining(`on resource: ${TopicArn} because`),
      },
    );
    expect(aws.calls.map(({ error }) => error)).toEqual([
      'AccessDeniedException',
      'AuthorizationError',
    ]);
  });

  it('tells the function from an operator', async () => {
    const world = await startWorld(
      (action, _, context) =>
        !action.startsWith('secretsmanager:') || context['aws:PrincipalArn'] !== operator,
    );
    const tick = await world.lambda.invoke(world.functionName, { action: 'tick' });
    expect(tick.functionError).toBeUndefined();
    const { secretsManager } = clientsFor(world.aws);
    await expect(secretsManager.send(new ListSecretsCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it('that throws is an error of the service, and is kept', async () => {
    const authorize = (): never => {
      throw new Error('no luck');
    };
    const { aws, kms } = await startAws({ authorize });
    await expect(kms.send(new DescribeKeyCommand({ KeyId: 'alias/a' }))).rejects.toMatchObject({
      name: 'KMSInternalException',
    });
    expect(aws.errors).toEqual([new Error('no luck')]);
  });
});
