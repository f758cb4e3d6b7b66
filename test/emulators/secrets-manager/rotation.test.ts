import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  type RotateSecretCommandInput,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { RotationEvent } from '../../../emulators/secrets-manager/rotation.ts';
import {
  current,
  dayMs,
  labels,
  put,
  start,
  startEmulator,
  tokenWithVersions,
  versionId,
} from './start-secrets-manager.ts';

const functionArn = 'arn:aws:lambda:us-east-1:111122223333:function:rotate';

/** An emulator with a rotation function that does `work` in each step. */
async function startRotating(
  versions: number,
  work: (event: RotationEvent, client: SecretsManagerClient) => Promise<unknown>,
  options: { rotationAttempts?: number } = {},
) {
  const world = await startEmulator(options);
  const ARN = await tokenWithVersions(world.client, versions);
  const steps: RotationEvent[] = [];
  world.emulator.registerRotationFunction(functionArn, async (event) => {
    steps.push(event);
    await work(event, world.client);
  });
  return { ...world, ARN, steps };
}

/** A correct rotation function. */
async function rotateToken(event: RotationEvent, client: SecretsManagerClient) {
  const number = Number(event.ClientRequestToken.slice(-12));
  if (event.Step === 'createSecret') await put(client, number, { VersionStages: ['AWSPENDING'] });
  if (event.Step !== 'finishSecret') return;
  const { VersionId } = await client.send(new GetSecretValueCommand({ SecretId: 'token' }));
  await client.send(
    new UpdateSecretVersionStageCommand({
      SecretId: event.SecretId,
      VersionStage: 'AWSCURRENT',
      RemoveFromVersionId: VersionId,
      MoveToVersionId: event.ClientRequestToken,
    }),
  );
}

function rotate(
  client: SecretsManagerClient,
  number: number,
  more: Partial<RotateSecretCommandInput> = {},
) {
  return client.send(
    new RotateSecretCommand({
      SecretId: 'token',
      ClientRequestToken: versionId(number),
      RotationLambdaARN: functionArn,
      ...more,
    }),
  );
}

function described(client: SecretsManagerClient) {
  return client.send(new DescribeSecretCommand({ SecretId: 'token' }));
}

describe('RotateSecret', () => {
  it('calls the function with the four steps, in the background', async () => {
    const { client, clock, emulator, steps, ARN } = await startRotating(1, rotateToken);
    const answer = await rotate(client, 2, { RotationRules: { AutomaticallyAfterDays: 30 } });
    expect(answer).toMatchObject({ ARN, Name: 'token', VersionId: versionId(2) });
    clock.ms += 1000;
    await emulator.idle();
    expect(steps.map(({ Step }) => Step)).toEqual([
      'createSecret',
      'setSecret',
      'testSecret',
      'finishSecret',
    ]);
    expect(steps[0]).toMatchObject({ SecretId: ARN, ClientRequestToken: versionId(2) });
    expect(steps[0]?.RotationToken).toMatch(/^[0-9a-f-]{36}$/);
    expect(await labels(client)).toEqual({ 1: ['AWSPREVIOUS'], 2: ['AWSCURRENT', 'AWSPENDING'] });
    expect(await current(client)).toBe('token_2');
    expect(await described(client)).toMatchObject({
      RotationEnabled: true,
      RotationLambdaARN: functionArn,
      RotationRules: { AutomaticallyAfterDays: 30 },
      LastRotatedDate: new Date(start + 1000),
      NextRotationDate: new Date(start + 1000 + 30 * dayMs),
    });
    expect(emulator.errors).toEqual([]);
  });

  it('registers an empty AWSPENDING version first', async () => {
    const seen: unknown[] = [];
    const { client, emulator } = await startRotating(1, async ({ Step }) => {
      if (Step === 'createSecret') seen.push(await labels(client));
    });
    await rotate(client, 2);
    await emulator.idle();
    expect(seen).toEqual([{ 1: ['AWSCURRENT'], 2: ['AWSPENDING'] }]);
    await expect(
      client.send(new GetSecretValueCommand({ SecretId: 'token', VersionStage: 'AWSPENDING' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('makes the first value of an empty secret current before it is tested', async () => {
    const seen: unknown[] = [];
    const { client, emulator } = await startRotating(0, async (event) => {
      if (event.Step === 'createSecret') await rotateToken(event, client);
      if (event.Step === 'testSecret') seen.push(await labels(client));
    });
    await rotate(client, 1);
    await emulator.idle();
    expect(seen).toEqual([{ 1: ['AWSCURRENT', 'AWSPENDING'] }]);
  });

  it('can follow a rotation that left AWSPENDING beside AWSCURRENT', async () => {
    const { client, emulator } = await startRotating(1, rotateToken);
    await rotate(client, 2);
    await emulator.idle();
    await rotate(client, 3);
    await emulator.idle();
    expect(await labels(client)).toEqual({ 2: ['AWSPREVIOUS'], 3: ['AWSCURRENT', 'AWSPENDING'] });
  });

  it('is rejected while AWSPENDING remains on another version', async () => {
    const { client, emulator, steps } = await startRotating(1, () =>
      Promise.reject(new Error('no luck')),
    );
    await rotate(client, 2);
    await emulator.idle();
    expect(steps.map(({ Step }) => Step)).toEqual(['createSecret']);
    expect(emulator.errors).toEqual([new Error('no luck')]);
    await expect(rotate(client, 3)).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: "A previous rotation isn't complete. That rotation will be reattempted.",
    });
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: 'token',
        VersionStage: 'AWSPENDING',
        RemoveFromVersionId: versionId(2),
      }),
    );
    await expect(rotate(client, 3)).resolves.toMatchObject({ VersionId: versionId(3) });
    await emulator.idle();
  });

  it('starts nothing when repeated', async () => {
    const { client, emulator, steps } = await startRotating(1, rotateToken);
    await rotate(client, 2);
    await rotate(client, 2);
    await emulator.idle();
    await rotate(client, 2);
    await emulator.idle();
    expect(steps).toHaveLength(4);
  });

  it('retries with the same token, up to the configured number of attempts', async () => {
    let failures = 2;
    const { client, emulator, steps } = await startRotating(
      1,
      async (event, sender) => {
        await rotateToken(event, sender);
        if (event.Step === 'testSecret' && failures-- > 0) throw new Error('no luck');
      },
      { rotationAttempts: 3 },
    );
    await rotate(client, 2);
    await emulator.idle();
    expect(steps).toHaveLength(3 + 3 + 4);
    expect(await current(client)).toBe('token_2');
  });
});

describe('RotateSecret with RotateImmediately false', () => {
  // As recorded on AWS by moto's test_rotate_secret_using_lambda_dont_rotate_immediately.
  it('calls testSecret only, on a copy of the current version that then loses its label', async () => {
    const seen: unknown[] = [];
    const { client, emulator, steps } = await startRotating(1, async () => {
      seen.push(await labels(client));
      const VersionStage = 'AWSPENDING';
      const { SecretString } = await client.send(
        new GetSecretValueCommand({ SecretId: 'token', VersionStage }),
      );
      expect(SecretString).toBe(await current(client));
    });
    await rotate(client, 2, { RotateImmediately: false });
    await emulator.idle();
    expect(steps.map(({ Step }) => Step)).toEqual(['testSecret']);
    expect(seen).toEqual([{ 1: ['AWSCURRENT'], 2: ['AWSPENDING'] }]);
    expect(await labels(client)).toEqual({ 1: ['AWSCURRENT'] });
    expect(emulator.errors).toEqual([]);
    const { LastRotatedDate, RotationEnabled } = await described(client);
    expect(LastRotatedDate).toBeUndefined();
    expect(RotationEnabled).toBe(true);
  });

  // AWS's behaviour for an empty secret is not known: there is nothing to copy.
  it('tests an empty version of an empty secret, and takes the label off after a failure', async () => {
    const { client, emulator } = await startRotating(0, () => Promise.reject(new Error('no luck')));
    await rotate(client, 1, { RotateImmediately: false });
    await emulator.idle();
    expect(await labels(client)).toEqual({});
    expect(emulator.errors).toHaveLength(1);
  });
});

describe('the settings of a rotation', () => {
  it('apply to later calls, and count from each new value', async () => {
    const { client, clock, emulator, steps } = await startRotating(1, rotateToken);
    await rotate(client, 2, { RotationRules: { ScheduleExpression: 'rate(12 hours)' } });
    await emulator.idle();
    await rotate(client, 3, { RotationLambdaARN: undefined });
    await emulator.idle();
    expect(steps).toHaveLength(8);
    clock.ms += dayMs;
    await put(client, 4);
    const { NextRotationDate } = await described(client);
    expect(NextRotationDate).toEqual(new Date(start + 1.5 * dayMs));
  });

  it.each<[string, Partial<RotateSecretCommandInput>, string]>([
    ['no function', { RotationLambdaARN: undefined }, 'InvalidRequestException'],
    [
      'a function that it cannot invoke',
      { RotationLambdaARN: 'arn:other' },
      'AccessDeniedException',
    ],
    [
      'two schedules',
      { RotationRules: { AutomaticallyAfterDays: 1, ScheduleExpression: 'rate(1 day)' } },
      'InvalidParameterException',
    ],
    [
      'a schedule that is too frequent',
      { RotationRules: { ScheduleExpression: 'rate(3 hours)' } },
      'InvalidParameterException',
    ],
    ['a thousand days', { RotationRules: { AutomaticallyAfterDays: 1001 } }, 'ValidationException'],
    ['a short token', { ClientRequestToken: 'short' }, 'InvalidParameterException'],
  ])('are rejected with %s', async (_what, wrong, name) => {
    const { client } = await startRotating(1, rotateToken);
    await expect(rotate(client, 2, wrong)).rejects.toMatchObject({ name });
    expect(await labels(client)).toEqual({ 1: ['AWSCURRENT'] });
  });
});

describe('the end of a rotation', () => {
  it('comes with CancelRotateSecret, which returns the version left pending', async () => {
    const { client, emulator, steps } = await startRotating(1, async ({ Step }) => {
      if (Step === 'setSecret') {
        const cancelled = await client.send(new CancelRotateSecretCommand({ SecretId: 'token' }));
        expect(cancelled.VersionId).toBe(versionId(2));
      }
    });
    await rotate(client, 2, { RotationRules: { AutomaticallyAfterDays: 30 } });
    await emulator.idle();
    expect(emulator.errors).toEqual([]);
    expect(steps.map(({ Step }) => Step)).toEqual(['createSecret', 'setSecret']);
    const { LastRotatedDate, NextRotationDate, RotationEnabled } = await described(client);
    expect(RotationEnabled).toBe(false);
    expect(NextRotationDate).toBeUndefined();
    expect(LastRotatedDate).toBeUndefined();
  });

  it('comes with the deletion of the secret', async () => {
    const { client, emulator, steps } = await startRotating(1, () =>
      client.send(new DeleteSecretCommand({ SecretId: 'token' })),
    );
    await rotate(client, 2);
    await emulator.idle();
    expect(steps).toHaveLength(1);
    expect(emulator.errors).toEqual([]);
  });

  it('comes when the server stops, even if the function never returns', async () => {
    const called = Promise.withResolvers<void>();
    const { client, emulator } = await startRotating(1, () => {
      called.resolve();
      return new Promise(() => undefined);
    });
    await rotate(client, 2);
    await called.promise;
    const idle = emulator.idle();
    await emulator.stop();
    await idle;
    await emulator.start();
  });

  it('can be requested for a secret that was never rotated', async () => {
    const { client } = await startEmulator();
    await client.send(new CreateSecretCommand({ Name: 'a' }));
    const { VersionId } = await client.send(new CancelRotateSecretCommand({ SecretId: 'a' }));
    expect(VersionId).toBeUndefined();
  });
});
