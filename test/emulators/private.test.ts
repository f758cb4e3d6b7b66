import { request as httpRequest } from 'node:http';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { randomCredentials } from '../../local/random-credentials.ts';
import { World } from '../../local/world.ts';

async function startPrivate(): Promise<World> {
  const world = new World({ credentials: randomCredentials() });
  await world.start();
  onTestFinished(() => world.stop());
  return world;
}

/** The status of a GET with this Host header. */
async function statusFor(url: string, host: string): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    const sent = httpRequest(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject).end();
  });
}

const callsOf = (world: World) => {
  const region = world.region;
  return (credentials: { accessKeyId: string; secretAccessKey: string }) => [
    () =>
      new SecretsManagerClient({ endpoint: world.secretsManager.url, region, credentials }).send(
        new ListSecretsCommand({}),
      ),
    () =>
      new SecretsManagerClient({ endpoint: world.aws.url, region, credentials }).send(
        new ListSecretsCommand({}),
      ),
    () =>
      new LambdaClient({ endpoint: world.lambda.url, region, credentials }).send(
        new ListFunctionsCommand({}),
      ),
    () =>
      new STSClient({ endpoint: world.aws.url, region, credentials }).send(
        new GetCallerIdentityCommand({}),
      ),
  ];
};

describe('the embedded servers', () => {
  it('accept only the credentials that they were started with, and those of the function', async () => {
    const world = await startPrivate();
    const calls = callsOf(world);
    for (const call of calls(world.credentials)) await expect(call()).resolves.toBeDefined();
    for (const stranger of [
      { accessKeyId: 'local', secretAccessKey: 'local' },
      { accessKeyId: 'ASIAEMULATEDROLE0000', secretAccessKey: 'emulated-secret-access-key' },
      randomCredentials(),
    ]) {
      for (const call of calls(stranger)) {
        await expect(call()).rejects.toThrow(
          expect.objectContaining({ name: 'UnrecognizedClientException' }),
        );
      }
    }
    const unsigned = { method: 'POST', headers: { 'x-amz-target': 'secretsmanager.ListSecrets' } };
    const { status } = await fetch(world.secretsManager.url, { ...unsigned, body: '{}' });
    expect(status).toBe(400);
    const result = await world.lambda.invoke(world.functionName, { action: 'status' });
    expect(result.functionError).toBeUndefined();
  });

  it('answer no request for another host, for example of a page that rebinds its name', async () => {
    const world = await startPrivate();
    const { secretsManager, aws, lambda, ims, productApi, consoleApi } = world;
    const servers = [secretsManager, aws, lambda, ims, productApi, consoleApi];
    for (const { url } of servers) {
      const { port } = new URL(url);
      expect(await statusFor(url, `localhost:${port}`)).not.toBe(421);
      for (const host of [`evil.example:${port}`, '127.0.0.1', `127.0.0.1.evil.example:${port}`]) {
        expect(await statusFor(url, host)).toBe(421);
      }
    }
  });
});
