import { ListTrailsCommand } from '@aws-sdk/client-cloudtrail';
import { ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { ListKeysCommand } from '@aws-sdk/client-kms';
import { ListFunctionsCommand, ListLayersCommand } from '@aws-sdk/client-lambda';
import { ListScheduleGroupsCommand } from '@aws-sdk/client-scheduler';
import {
  CreateSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { ListTopicsCommand } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { World } from '../../../local/world.ts';
import { clientsFor, startAws } from './start-aws.ts';

async function startWorld() {
  const world = new World({ eventRule: false });
  await world.start();
  onTestFinished(() => world.stop());
  return world;
}

/** A request as any SDK signs it for a service; the signature is nobody's. */
function signedFor(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261125/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`;
}

describe('the one endpoint', () => {
  it('answers Secrets Manager and Lambda by their own emulators, and all others itself', async () => {
    const world = await startWorld();
    const { secretsManager, lambda, sts } = clientsFor(world.aws);
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

  it('says of an operation that it is not known, as each protocol does', async () => {
    const clients = clientsFor((await startWorld()).aws);
    const unknown = { name: 'UnknownOperationException' };
    const { cloudtrail, cloudwatch, kms, lambda, scheduler, secretsManager, sns, sts } = clients;
    const policy = new GetResourcePolicyCommand({ SecretId: 'a' });
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

  it.each([
    ['application/x-amz-json-1.0', /"__type":"UnknownServiceException".*signed for as sqs/],
    ['application/x-www-form-urlencoded', /<Code>UnknownServiceException<\/Code>.*as sqs/],
  ])('refuses a service that is not emulated, to a client of %s', async (contentType, body) => {
    const { aws } = await startAws();
    const headers = { authorization: signedFor('sqs'), 'content-type': contentType };
    const response = await fetch(aws.url, { method: 'POST', headers, body: '' });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(body);
  });

  it('refuses the services that it was not given', async () => {
    const { secretsManager } = await startAws();
    await expect(
      secretsManager.send(new GetSecretValueCommand({ SecretId: 'a' })),
    ).rejects.toMatchObject({ name: 'UnknownServiceException' });
  });

  it('refuses a request that is not signed', async () => {
    const { aws } = await startAws();
    const response = await fetch(aws.url, { method: 'POST' });
    expect(response.status).toBe(403);
    expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
  });
});
