import { statSync } from 'node:fs';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { CreateSecretCommand, DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { consoleScopes } from '../../emulators/console-api/admission.ts';
import { onboard } from '../../local/onboarding.ts';
import { sampleClient, selfManaging, storedDocument } from '../../local/sample-credential.ts';
import { World } from '../../local/world.ts';
import { localStack } from './local-stack.ts';
import { startWorld } from './start-world.ts';

describe('the embedded world', () => {
  it('runs the function as the stack defines it, except for the endpoints', () => {
    const template = localStack();
    const [deployed] = Object.values(template.findResources('AWS::Lambda::Function'));
    const [async] = Object.values(template.findResources('AWS::Lambda::EventInvokeConfig'));

    const { environment, functionName, bundle, ...settingsOfWorld } =
      new World().functionDefinition({
        secretsManager: 'http://127.0.0.1:1',
        ims: 'http://127.0.0.1:2',
      });
    const { AWS_ENDPOINT_URL_SECRETS_MANAGER, IMS_ENDPOINT_URL, ...others } = environment ?? {};
    // The world onboards its credential at run time, so it declares none.
    const { IMS_TOKEN_ROTATOR_DECLARED, ...variables } =
      deployed?.['Properties'].Environment.Variables ?? {};
    expect(IMS_TOKEN_ROTATOR_DECLARED).toBe('workfront-fusion');
    expect(others).toEqual(variables);
    expect(settingsOfWorld).toEqual({
      handler: deployed?.['Properties'].Handler,
      timeoutSeconds: deployed?.['Properties'].Timeout,
      memoryMb: deployed?.['Properties'].MemorySize,
      maximumRetryAttempts: async?.['Properties'].MaximumRetryAttempts,
      maximumEventAgeSeconds: async?.['Properties'].MaximumEventAgeInSeconds,
      loggingFormat: deployed?.['Properties'].LoggingConfig.LogFormat,
    });
  });

  it('tells the function where the Console API is, unless its IMS is the real one', async () => {
    const { world, lambda } = await startWorld();
    const { Environment } = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: world.functionName }),
    );
    expect(Environment?.Variables).toMatchObject({
      ADOBE_CONSOLE_ENDPOINT_URL: world.consoleApi.url,
      IMS_ENDPOINT_URL: world.ims.url,
    });
    const urls = {
      secretsManager: 'http://127.0.0.1:1',
      ims: '',
      consoleApi: 'http://127.0.0.1:3',
    };
    const real = new World({ imsEndpointUrl: 'adobe' }).functionDefinition(urls);
    expect(Object.keys(real.environment ?? {})).not.toContain('ADOBE_CONSOLE_ENDPOINT_URL');
  });

  it('has a credential that can list its own secrets, and shows that the function used one', async () => {
    const { world, secretsManager } = await startWorld();
    const client = world.ims.registerClient(selfManaging(sampleClient()));
    const document = storedDocument(client);
    await onboard(world, secretsManager, 'fusion', document);
    await world.lambda.invoke(world.functionName, { action: 'tick' });
    expect(client.mintCount).toBe(1);
    const { client_id, client_secrets, credential_id, console_org_id } = JSON.parse(document);
    const minted = await fetch(`${world.ims.url}/ims/token/v3`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id,
        client_secret: client_secrets[0].client_secret,
        scope: consoleScopes.join(),
      }),
    });
    const { access_token } = (await minted.json()) as { access_token: string };
    const path = `/console/organizations/${console_org_id}/credentials/${credential_id}/secrets`;
    const headers = { authorization: `Bearer ${access_token}`, 'x-api-key': client_id };
    const listed = await fetch(`${world.consoleApi.url}${path}`, { headers });
    expect(await listed.json()).toMatchObject({
      client_secrets: [
        { uuid: client_secrets[0].uuid, secret_usages: [{ grant_type: 'client_credentials' }] },
      ],
    });
  });

  it('runs the bundle, of less than 950 KB, and not the sources', () => {
    const { bundle } = new World().functionDefinition({ secretsManager: '', ims: '' });
    expect(bundle.endsWith('/dist/lambda/index.mjs')).toBe(true);
    expect(statSync(bundle).size).toBeLessThan(950_000);
  });

  it('runs the schedules that are enabled, and alarms on an invocation that failed', async () => {
    const { world, account } = await startWorld();
    const [schedule] = account.schedules.values();
    if (schedule === undefined) throw new Error('the world has no schedule');
    account.schedules.set(schedule.name, { ...schedule, state: 'DISABLED' });
    await world.runSchedules();
    await world.lambda.idle();
    expect(world.lambda.logs(world.functionName)).toEqual([]);
    account.schedules.set(schedule.name, schedule);
    await world.runSchedules();
    await world.lambda.idle();
    expect(world.lambda.logs(world.functionName).join()).toContain('"action":"tick"');
    expect(world.evaluateAlarms()).toEqual([]);
    await world.lambda.invoke(world.functionName, { action: 'nothing' });
    expect(world.evaluateAlarms()).toMatchObject([
      { alarmName: 'rotator-local-new-failure', to: 'ALARM' },
    ]);
  });

  it('has one clock for everything but the function', async () => {
    const now = Date.UTC(2026, 10, 25, 12);
    const { world, secretsManager } = await startWorld({ now: () => now });
    const dates = [world.aws.url, world.ims.url].map(async (url) =>
      Date.parse((await fetch(url)).headers.get('date') ?? ''),
    );
    expect(await Promise.all(dates)).toEqual([now, now]);
    await secretsManager.send(new CreateSecretCommand({ Name: 'a' }));
    const { CreatedDate } = await secretsManager.send(new DescribeSecretCommand({ SecretId: 'a' }));
    expect(CreatedDate?.getTime()).toBe(now);
  });
});
