import { DescribeSecretCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import type { SecretSeed } from '../../emulators/secrets-manager/seed.ts';
import { ImsTokenRotator } from '../../infra/index.ts';
import { day } from '../support/builders.ts';
import { type DeployedRotator, deploy, startDeployment } from '../support/deployed-rotator.ts';
import { plainClient } from '../support/start-parts.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { startRotator } from '../support/start-rotator.ts';

const causes = (errors: readonly unknown[]): readonly unknown[] =>
  errors.map((error) => (error as Error).cause);

describe('the bundle in the embedded world', () => {
  async function start() {
    const rotator = await startRotator();
    const { world, client, onboard } = rotator;
    const { clientId } = await onboard('fusion');
    const SecretId = world.secretId('fusion', 'token');
    const RotationLambdaARN = `arn:aws:lambda:us-east-1:111122223333:function:${world.functionName}`;
    const rotateSecret = async () => {
      // On the real clock, two tokens may be issued within one second.
      world.ims.client(clientId).lifetimeSeconds += 60;
      await client.send(new RotateSecretCommand({ SecretId, RotationLambdaARN }));
      await world.secretsManager.idle();
    };
    return { ...rotator, SecretId, rotateSecret };
  }

  it('rotates a token by RotateSecret, and again at once, within its budget', async () => {
    const { world, client, invoke, read, rotateSecret, SecretId } = await start();
    await invoke({ action: 'tick' });
    const values = new Set([(await read('fusion'))?.secretString]);
    for (let rotation = 1; rotation <= 2; rotation += 1) {
      const before = await labelsOf(client, SecretId);
      await rotateSecret();
      expect(world.secretsManager.errors).toEqual([]);
      const { versionId, secretString, token } = (await read('fusion')) ?? {};
      values.add(secretString);
      expect(token).toMatchObject({ schema: 1 });
      expect(await labelsOf(client, SecretId)).toEqual({
        AWSCURRENT: versionId,
        AWSPREVIOUS: before['AWSCURRENT'],
      });
    }
    expect(values.size).toBe(3);
    await rotateSecret();
    expect(causes(world.secretsManager.errors)).toMatchObject([
      { errorType: 'ERR_MINT_BUDGET_SPENT' },
    ]);
    expect((await read('fusion'))?.secretString).toBe([...values].at(-1));
    const { result } = await invoke({ action: 'status' });
    expect(result.credentials).toMatchObject([{ name: 'fusion', reason: 'recently-issued' }]);
  });

  it('returns metadata for a step, or fails with its code', async () => {
    const { world, client, invoke, rotateSecret, SecretId } = await start();
    await rotateSecret();
    expect(causes(world.secretsManager.errors)).toMatchObject([
      { errorType: 'ERR_ROTATION_NEEDS_FIRST_TOKEN' },
    ]);
    const logs = world.lambda.logs(world.functionName).join('\n');
    expect(logs).toContain('"step":"createSecret"');
    expect(logs).toContain('"code":"ERR_ROTATION_NEEDS_FIRST_TOKEN"');

    await invoke({ action: 'tick' });
    const { AWSCURRENT: ClientRequestToken = '' } = await labelsOf(client, SecretId);
    const { ARN } = await client.send(new DescribeSecretCommand({ SecretId }));
    const event = { Step: 'testSecret', SecretId: ARN, ClientRequestToken };
    // The version is one of the rotator's own.
    expect((await invoke(event)).error).toMatchObject({ errorType: 'ERR_EVENT_INVALID' });
    await rotateSecret();
    const { AWSCURRENT: rotated = '' } = await labelsOf(client, SecretId);
    expect((await invoke({ ...event, ClientRequestToken: rotated })).result).toEqual({
      action: 'rotate',
      step: 'testSecret',
      rotator: 'local',
      managed: 1,
      reasons: {},
      outcomes: { kept: 1 },
      credentials: [{ name: 'fusion', outcome: 'kept' }],
      truncated: 0,
    });
  });
});

describe('a stack with nativeRotation', () => {
  const start = (...secrets: SecretSeed[]): Promise<DeployedRotator> =>
    startDeployment(
      deploy((stack) => {
        const rotator = new ImsTokenRotator(stack, 'Rotator', {
          nativeRotation: true,
          encryptionKey: new Key(stack, 'Key'),
          alarms: { enabled: false },
        });
        for (const name of ['fusion', 'firefly']) rotator.addCredential(name);
      }),
      (secretsManager) => {
        for (const secret of secrets) secretsManager.seed(secret);
        return new Map();
      },
    );

  it('can switch rotation on before there is any credential', async () => {
    const { secretsManager, ims, denied } = await start();
    const reads = secretsManager.calls.filter(({ action }) => action === 'GetSecretValue');
    expect(reads.map(({ secretName }) => secretName).toSorted()).toEqual(
      ['firefly', 'fusion'].map((name) => `ims-token-rotator/prod/${name}/token`),
    );
    expect(secretsManager.errors).toEqual([]);
    expect(denied()).toEqual([]);
    expect(ims.mintCount).toBe(0);
    const client = plainClient({ secretsManager });
    for (const name of ['fusion', 'firefly']) {
      expect(await labelsOf(client, `ims-token-rotator/prod/${name}/token`)).toEqual({});
    }
  });

  it('rotates a token with its own permissions', async () => {
    // Stored before the event rule exists, which would renew the token at the same time as the tick.
    const { secretsManager, ims, tick, denied } = await start({
      name: 'ims-token-rotator/prod/fusion/client',
      secretString: JSON.stringify({
        client_id: 'fusion',
        client_secret: 'secret-of-fusion',
        scope: 'openid',
      }),
    });
    const clientSecrets = ['secret-of-fusion'];
    ims.registerClient({ clientId: 'fusion', clientSecrets, scopes: ['openid'] });
    const client = plainClient({ secretsManager });
    await tick();
    ims.client('fusion').lifetimeSeconds = 2 * day;
    const SecretId = 'ims-token-rotator/prod/fusion/token';
    const before = await labelsOf(client, SecretId);
    // The deployment has set the function.
    const { VersionId } = await client.send(new RotateSecretCommand({ SecretId }));
    await secretsManager.idle();
    expect(secretsManager.errors).toEqual([]);
    expect(denied()).toEqual([]);
    expect(await labelsOf(client, SecretId)).toEqual({
      AWSCURRENT: VersionId,
      AWSPREVIOUS: before['AWSCURRENT'],
    });
    expect(await tick()).toMatchObject({ payload: { outcomes: { kept: 2 } } });
  });
});
