import { ListTrailsCommand } from '@aws-sdk/client-cloudtrail';
import { ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { ListKeysCommand } from '@aws-sdk/client-kms';
import { ListFunctionsCommand, ListLayersCommand } from '@aws-sdk/client-lambda';
import { ListScheduleGroupsCommand } from '@aws-sdk/client-scheduler';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  ValidateResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import { ListTopicsCommand } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { startWorld } from './start-world.ts';

describe('the one endpoint of all services', () => {
  it('forwards Secrets Manager and Lambda to their emulators and answers the others itself', async () => {
    const { world, secretsManager, lambda, sts } = await startWorld();
    await secretsManager.send(new CreateSecretCommand({ Name: 'a', SecretString: 'one' }));
    const value = await secretsManager.send(new GetSecretValueCommand({ SecretId: 'a' }));
    expect(value.SecretString).toBe('one');
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    expect(Functions.map(({ FunctionName }) => FunctionName)).toEqual([world.functionName]);
    await sts.send(new GetCallerIdentityCommand({}));
    const missing = secretsManager.send(new GetSecretValueCommand({ SecretId: 'b' }));
    await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(world.aws.calls).toEqual([
      { service: 'secretsmanager', action: 'CreateSecret' },
      { service: 'secretsmanager', action: 'GetSecretValue' },
      { service: 'lambda', action: 'ListFunctions' },
      { service: 'sts', action: 'GetCallerIdentity' },
      { service: 'secretsmanager', action: 'GetSecretValue', error: 'ResourceNotFoundException' },
    ]);
    expect(world.secretsManager.calls).toHaveLength(3);
    world.aws.clearCalls();
    expect(world.aws.calls).toEqual([]);
  });

  it('rejects an unknown operation in the form of each protocol', async () => {
    const clients = await startWorld();
    // The SDK's text for an error that has no message, as AWS's has none.
    const unknown = { name: 'UnknownOperationException', message: 'UnknownError' };
    const { cloudtrail, cloudwatch, kms, lambda, scheduler, secretsManager, sns, sts } = clients;
    const policy = new ValidateResourcePolicyCommand({ ResourcePolicy: '{}' });
    await expect(cloudtrail.send(new ListTrailsCommand({}))).rejects.toMatchObject(unknown);
    await expect(cloudwatch.send(new ListMetricsCommand({}))).rejects.toMatchObject(unknown);
    await expect(kms.send(new ListKeysCommand({}))).rejects.toMatchObject(unknown);
    await expect(lambda.send(new ListLayersCommand({}))).rejects.toMatchObject(unknown);
    await expect(scheduler.send(new ListScheduleGroupsCommand({}))).rejects.toMatchObject(unknown);
    await expect(secretsManager.send(policy)).rejects.toMatchObject(unknown);
    const invalid = { name: 'InvalidAction', $metadata: { httpStatusCode: 400 } };
    await expect(sns.send(new ListTopicsCommand({}))).rejects.toMatchObject(invalid);
    await expect(sts.send(new GetSessionTokenCommand({}))).rejects.toMatchObject(invalid);
  });
});
