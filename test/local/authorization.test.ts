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
import { describe, expect, it } from 'vitest';
import { clientsFor } from '../support/aws-clients.ts';
import { startWorld } from './start-world.ts';

const here = 'us-east-1:111122223333';
const functionArn = `arn:aws:lambda:${here}:function:rotator-local`;
const operator = 'arn:aws:iam::111122223333:user/local';

describe('the authorization of the embedded world', () => {
  it('covers every call but GetCallerIdentity, with its resource', async () => {
    const asked: string[] = [];
    const clients = await startWorld({
      authorize: (action, resource, context) => {
        expect(context).toMatchObject({
          'aws:RequestedRegion': 'us-east-1',
          'aws:PrincipalArn': operator,
        });
        asked.push(`${action} ${resource}`);
        return true;
      },
    });
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
    'denies calls at the endpoint %s',
    async (server) => {
      const { world } = await startWorld({ authorize: () => Promise.resolve(false) });
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

  it('distinguishes the function from an operator', async () => {
    const { world, secretsManager } = await startWorld({
      authorize: (action, _, context) =>
        !action.startsWith('secretsmanager:') || context['aws:PrincipalArn'] !== operator,
    });
    const tick = await world.lambda.invoke(world.functionName, { action: 'tick' });
    expect(tick.functionError).toBeUndefined();
    await expect(secretsManager.send(new ListSecretsCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});
