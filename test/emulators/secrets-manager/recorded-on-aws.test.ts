import {
  CreateSecretCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
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

describe('as recordings on AWS show', () => {
  // LocalStack's snapshot test_update_secret_version_stages_current_pending
  it('a put takes AWSPENDING off the version that was current and pending', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 1);
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: 'token',
        VersionStage: 'AWSPENDING',
        MoveToVersionId: versionId(1),
      }),
    );
    expect(await labels(client)).toEqual({ 1: ['AWSCURRENT', 'AWSPENDING'] });
    await put(client, 2);
    expect(await labels(client)).toEqual({ 1: ['AWSPREVIOUS'], 2: ['AWSCURRENT'] });
  });

  it('and leaves it on any other version', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 1);
    await put(client, 2, { VersionStages: ['AWSPENDING'] });
    await put(client, 3);
    expect(await labels(client)).toEqual({
      1: ['AWSPREVIOUS'],
      2: ['AWSPENDING'],
      3: ['AWSCURRENT'],
    });
  });

  // 33 recorded answers of LocalStack's snapshots
  it('a version has its keys and, once read, the day of its last access', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 2);
    await current(client);
    const { Versions } = await client.send(new ListSecretVersionIdsCommand({ SecretId: 'token' }));
    const LastAccessedDate = new Date(Math.floor(start / dayMs) * dayMs);
    expect(Versions).toMatchObject([
      { VersionId: versionId(1), KmsKeyIds: ['DefaultEncryptionKey'] },
      { VersionId: versionId(2), KmsKeyIds: ['DefaultEncryptionKey'], LastAccessedDate },
    ]);
    expect(Versions?.[0]).not.toHaveProperty('LastAccessedDate');
  });

  it('a rotation without a function, and a value under a used token, are refused in these words', async () => {
    const { client } = await startEmulator();
    const { ARN } = await client.send(new CreateSecretCommand({ Name: 'a' }));
    await expect(client.send(new RotateSecretCommand({ SecretId: 'a' }))).rejects.toThrow(
      'No Lambda rotation function ARN is associated with this secret.',
    );
    const store = (SecretString: string) =>
      client.send(
        new PutSecretValueCommand({
          SecretId: 'a',
          ClientRequestToken: versionId(1),
          SecretString,
        }),
      );
    await store('one');
    await expect(store('two')).rejects.toThrow(
      `You can't use ClientRequestToken ${versionId(1)} because that value is already in use for a version of secret ${ARN}.`,
    );
  });
});
