import { readFileSync, statSync } from 'node:fs';
import { CreateSecretCommand, DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseSettings } from '../../infra/app/settings.ts';
import { ImsTokenRotatorStack } from '../../infra/app/stack.ts';
import { secretsManagerClient } from '../../local/onboarding.ts';
import { World } from '../../local/world.ts';

const root = new URL('../../', import.meta.url);

describe('the embedded world', () => {
  it('runs the function as the stack defines it, but for the endpoints', () => {
    const { context } = JSON.parse(readFileSync(new URL('cdk.json', root), 'utf8'));
    const app = new App({ context });
    const settings = parseSettings(context['ims-token-rotator']);
    const template = Template.fromStack(new ImsTokenRotatorStack(app, 'local', settings));
    const [deployed] = Object.values(template.findResources('AWS::Lambda::Function'));
    const [async] = Object.values(template.findResources('AWS::Lambda::EventInvokeConfig'));

    const { environment, functionName, bundle, ...settingsOfWorld } =
      new World().functionDefinition({
        secretsManager: 'http://127.0.0.1:1',
        ims: 'http://127.0.0.1:2',
      });
    const { AWS_ENDPOINT_URL_SECRETS_MANAGER, IMS_ENDPOINT_URL, ...others } = environment ?? {};
    expect(others).toEqual(deployed?.['Properties'].Environment.Variables);
    expect(settingsOfWorld).toEqual({
      handler: deployed?.['Properties'].Handler,
      timeoutSeconds: deployed?.['Properties'].Timeout,
      memoryMb: deployed?.['Properties'].MemorySize,
      maximumRetryAttempts: async?.['Properties'].MaximumRetryAttempts,
      maximumEventAgeSeconds: async?.['Properties'].MaximumEventAgeInSeconds,
      loggingFormat: deployed?.['Properties'].LoggingConfig.LogFormat,
    });
  });

  it('runs a bundle of less than 900 KB, and not the sources', () => {
    const { bundle } = new World().functionDefinition({ secretsManager: '', ims: '' });
    expect(bundle.endsWith('/dist/lambda/index.mjs')).toBe(true);
    expect(statSync(bundle).size).toBeLessThan(900_000);
  });

  it('has one clock, but for the function', async () => {
    const now = Date.UTC(2026, 10, 25, 12);
    const world = new World({ now: () => now });
    await world.start();
    onTestFinished(() => world.stop());
    const dates = [world.aws.url, world.ims.url].map(async (url) =>
      Date.parse((await fetch(url)).headers.get('date') ?? ''),
    );
    expect(await Promise.all(dates)).toEqual([now, now]);
    const client = secretsManagerClient(world);
    onTestFinished(() => client.destroy());
    await client.send(new CreateSecretCommand({ Name: 'a' }));
    const { CreatedDate } = await client.send(new DescribeSecretCommand({ SecretId: 'a' }));
    expect(CreatedDate?.getTime()).toBe(now);
  });
});
