import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
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

  // LocalStack's snapshot test_secret_tags
  it('a secret whose last tag was removed has an empty list of tags, one never tagged has none', async () => {
    const { client } = await startEmulator();
    await client.send(new CreateSecretCommand({ Name: 'a' }));
    const tags = async () => (await client.send(new DescribeSecretCommand({ SecretId: 'a' }))).Tags;
    expect(await tags()).toBeUndefined();
    await client.send(new TagResourceCommand({ SecretId: 'a', Tags: [{ Key: 'k', Value: 'v' }] }));
    await client.send(new UntagResourceCommand({ SecretId: 'a', TagKeys: ['k'] }));
    expect(await tags()).toEqual([]);
  });

  // moto's test_update_same_secret_value_with_same_token and …_different_…, which were run on AWS
  it('an update with a used token succeeds if the value is the same, else is refused', async () => {
    const { client } = await startEmulator();
    const used = { ClientRequestToken: versionId(1) };
    await client.send(new CreateSecretCommand({ Name: 'a', SecretString: 'one', ...used }));
    const update = (SecretString: string) =>
      client.send(new UpdateSecretCommand({ SecretId: 'a', SecretString, ...used }));
    expect(await update('one')).toMatchObject({ VersionId: versionId(1) });
    await expect(update('two')).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  // LocalStack's snapshot test_invalid_secret_name
  it('a name that no secret can have is refused by every operation', async () => {
    const { client } = await startEmulator();
    const SecretId = ' Inv*Name? ';
    for (const call of [
      client.send(new CreateSecretCommand({ Name: SecretId })),
      client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })),
      client.send(new DescribeSecretCommand({ SecretId })),
      client.send(new ListSecretVersionIdsCommand({ SecretId })),
      client.send(new PutSecretValueCommand({ SecretId, SecretString: 'x' })),
      client.send(new TagResourceCommand({ SecretId, Tags: [] })),
      client.send(new UpdateSecretCommand({ SecretId, SecretString: 'x' })),
    ]) {
      await expect(call).rejects.toMatchObject({
        name: 'ValidationException',
        message:
          'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
      });
    }
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
