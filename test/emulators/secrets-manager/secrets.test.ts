import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { start, startEmulator, versionId } from './start-secrets-manager.ts';

describe('CreateSecret', () => {
  it('returns the ARN with a suffix of six characters, and the version', async () => {
    const { client } = await startEmulator();
    const created = await client.send(
      new CreateSecretCommand({
        Name: 'app/token',
        SecretString: 'value',
        ClientRequestToken: versionId(1),
      }),
    );
    expect(created).toMatchObject({ Name: 'app/token', VersionId: versionId(1) });
    expect(created.ARN).toMatch(
      /^arn:aws:secretsmanager:us-east-1:111122223333:secret:app\/token-[A-Za-z0-9]{6}$/,
    );
  });

  it('creates an empty secret without a value', async () => {
    const { client } = await startEmulator();
    const created = await client.send(new CreateSecretCommand({ Name: 'empty' }));
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'empty' }));
    expect(created.VersionId).toBeUndefined();
    expect(described.VersionIdsToStages).toBeUndefined();
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'empty' }))).rejects.toThrow(
      "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    );
  });

  it('keeps description, key and tags', async () => {
    const { client } = await startEmulator();
    const Tags = [{ Key: 'team', Value: 'content' }];
    await client.send(
      new CreateSecretCommand({ Name: 'a', Description: 'd', KmsKeyId: 'alias/k', Tags }),
    );
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'a' }));
    expect(described).toMatchObject({
      Description: 'd',
      KmsKeyId: 'alias/k',
      Tags,
      CreatedDate: new Date(start),
      LastChangedDate: new Date(start),
    });
  });

  it('rejects a name that exists, but repeats its response to the same request', async () => {
    const { client } = await startEmulator();
    const request = { Name: 'a', SecretString: 'one', ClientRequestToken: versionId(1) };
    const first = await client.send(new CreateSecretCommand(request));
    const second = await client.send(new CreateSecretCommand(request));
    expect(second.ARN).toBe(first.ARN);
    await expect(
      client.send(new CreateSecretCommand({ ...request, SecretString: 'two' })),
    ).rejects.toMatchObject({
      name: 'ResourceExistsException',
      message: 'The operation failed because the secret a already exists.',
    });
  });

  it.each(['with space', 'star*', 'ü'])('rejects the name %s', async (Name) => {
    const { client } = await startEmulator();
    await expect(client.send(new CreateSecretCommand({ Name }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('Invalid name'),
    });
  });

  it('returns the requested replicas and keeps the secret as long as it has them', async () => {
    const { client } = await startEmulator();
    const created = await client.send(
      new CreateSecretCommand({ Name: 'a', AddReplicaRegions: [{ Region: 'eu-west-1' }] }),
    );
    expect(created.ReplicationStatus).toMatchObject([{ Region: 'eu-west-1', Status: 'InSync' }]);
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'a' }));
    expect(described.PrimaryRegion).toBe('us-east-1');
    await expect(client.send(new DeleteSecretCommand({ SecretId: 'a' }))).rejects.toThrow(
      'replica regions [eu-west-1]',
    );
  });
});

describe('finding a secret', () => {
  it.each([
    ['its name', (_arn: string) => 'app/token'],
    ['its full ARN', (arn: string) => arn],
    ['its ARN without the suffix', (arn: string) => arn.slice(0, -7)],
  ])('works by %s', async (_what, idOf) => {
    const { client } = await startEmulator();
    const { ARN = '' } = await client.send(new CreateSecretCommand({ Name: 'app/token' }));
    const found = await client.send(new DescribeSecretCommand({ SecretId: idOf(ARN) }));
    expect(found.ARN).toBe(ARN);
  });

  it.each([
    ['another name', (_arn: string) => 'app'],
    ['another suffix', (arn: string) => `${arn.slice(0, -6)}AAAAAA`],
    ['another Region', (arn: string) => arn.replace('us-east-1', 'eu-west-1')],
    ['another account', (arn: string) => arn.replace('111122223333', '444455556666')],
    ['part of a suffix', (arn: string) => arn.slice(0, -3)],
  ])('fails by %s', async (_what, idOf) => {
    const { client } = await startEmulator();
    const { ARN = '' } = await client.send(new CreateSecretCommand({ Name: 'app/token' }));
    await expect(
      client.send(new DescribeSecretCommand({ SecretId: idOf(ARN) })),
    ).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('fails by a partial ARN if the name ends like a suffix', async () => {
    const { client } = await startEmulator();
    const { ARN = '' } = await client.send(new CreateSecretCommand({ Name: 'name-a1b2c3' }));
    const partial = new DescribeSecretCommand({ SecretId: ARN.slice(0, -7) });
    await expect(client.send(partial)).rejects.toThrow("can't find the specified secret");
  });
});

describe('UpdateSecret', () => {
  it('changes metadata without a version', async () => {
    const { client, clock } = await startEmulator();
    await client.send(new CreateSecretCommand({ Name: 'a', KmsKeyId: 'alias/k' }));
    clock.ms += 1000;
    const updated = await client.send(
      new UpdateSecretCommand({ SecretId: 'a', Description: 'new', KmsKeyId: '' }),
    );
    expect(updated.VersionId).toBeUndefined();
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'a' }));
    expect(described).toMatchObject({
      Description: 'new',
      LastChangedDate: new Date(start + 1000),
    });
    expect(described.KmsKeyId).toBeUndefined();
  });

  it('makes its value the current version', async () => {
    const { client } = await startEmulator();
    await client.send(new CreateSecretCommand({ Name: 'a', SecretString: 'one' }));
    const update = new UpdateSecretCommand({
      SecretId: 'a',
      SecretString: 'two',
      ClientRequestToken: versionId(2),
    });
    await client.send(update);
    const value = await client.send(new GetSecretValueCommand({ SecretId: 'a' }));
    expect(value).toMatchObject({ SecretString: 'two', VersionId: versionId(2) });
  });
});
