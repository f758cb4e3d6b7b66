import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
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

describe('PutSecretValue', () => {
  it('moves AWSCURRENT to the new version and AWSPREVIOUS to the one before it', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 3);
    expect(await labels(client)).toEqual({ 2: ['AWSPREVIOUS'], 3: ['AWSCURRENT'] });
    expect(await current(client)).toBe('token_3');
  });

  it('gives AWSCURRENT to the first version, whatever the request', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 0);
    const answer = await put(client, 1, { VersionStages: ['AWSPENDING'] });
    expect(answer.VersionStages).toEqual(['AWSCURRENT', 'AWSPENDING']);
  });

  it('moves only the requested labels', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 2);
    await put(client, 3, { VersionStages: ['blue', 'AWSPENDING'] });
    await put(client, 4, { VersionStages: ['blue'] });
    expect(await labels(client)).toEqual({
      1: ['AWSPREVIOUS'],
      2: ['AWSCURRENT'],
      3: ['AWSPENDING'],
      4: ['blue'],
    });
  });

  it('changes nothing, not even labels, when repeated with the same value', async () => {
    const { client, clock } = await startEmulator();
    await tokenWithVersions(client, 2);
    clock.ms += 1000;
    const repeated = await put(client, 1);
    expect(repeated).toMatchObject({ VersionId: versionId(1), VersionStages: ['AWSPREVIOUS'] });
    expect(await labels(client)).toEqual({ 1: ['AWSPREVIOUS'], 2: ['AWSCURRENT'] });
    const { LastChangedDate } = await client.send(new DescribeSecretCommand({ SecretId: 'token' }));
    expect(LastChangedDate).toEqual(new Date(start));
  });
});

describe('the value of PutSecretValue', () => {
  it('never replaces another value under the same token', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 1);
    await expect(put(client, 1, { SecretString: 'other' })).rejects.toMatchObject({
      name: 'ResourceExistsException',
      message: expect.not.stringContaining('other'),
    });
    await expect(
      client.send(
        new PutSecretValueCommand({
          SecretId: 'token',
          ClientRequestToken: versionId(1),
          SecretBinary: Buffer.from('token_1'),
        }),
      ),
    ).rejects.toMatchObject({ name: 'ResourceExistsException' });
    expect(await current(client)).toBe('token_1');
  });

  it('can be binary', async () => {
    const { client } = await startEmulator();
    const SecretBinary = Uint8Array.of(0, 1, 254, 255);
    await client.send(new CreateSecretCommand({ Name: 'binary' }));
    await client.send(new PutSecretValueCommand({ SecretId: 'binary', SecretBinary }));
    const read = await client.send(new GetSecretValueCommand({ SecretId: 'binary' }));
    expect(Buffer.from(read.SecretBinary ?? [])).toEqual(Buffer.from(SecretBinary));
    expect(read.SecretString).toBeUndefined();
  });

  it('can have at most 64 KiB', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 0);
    await put(client, 1, { SecretString: 'x'.repeat(65_536) });
    await put(client, 2, { SecretString: `${'é'.repeat(32_767)}xx` });
    for (const SecretString of ['x'.repeat(65_537), `${'é'.repeat(32_768)}x`]) {
      await expect(put(client, 3, { SecretString })).rejects.toMatchObject({
        name: 'ValidationException',
        message: expect.stringMatching(/^1 validation error detected: Value at 'secretString'/),
      });
    }
    const SecretBinary = Buffer.alloc(65_537);
    await expect(
      client.send(new PutSecretValueCommand({ SecretId: 'token', SecretBinary })),
    ).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it.each([
    [{ SecretBinary: Buffer.from('b') }, 'InvalidParameterException'],
    [{ SecretString: undefined }, 'InvalidRequestException'],
    [{ SecretString: '' }, 'ValidationException'],
    [{ ClientRequestToken: 'short' }, 'InvalidParameterException'],
    [{ ClientRequestToken: 'x'.repeat(65) }, 'InvalidParameterException'],
    [{ VersionStages: [] }, 'ValidationException'],
    [{ SecretId: 'missing' }, 'ResourceNotFoundException'],
  ])('is rejected if invalid: %j', async (wrong, name) => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 0);
    const refused = put(client, 1, wrong as { SecretString?: string });
    await expect(refused).rejects.toMatchObject({ name });
  });
});

describe('GetSecretValue', () => {
  it('reads a version by its id or by its label', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 3);
    const read = async (wanted: object) =>
      (await client.send(new GetSecretValueCommand({ SecretId: 'token', ...wanted }))).SecretString;
    expect(await read({ VersionId: versionId(1) })).toBe('token_1');
    expect(await read({ VersionStage: 'AWSPREVIOUS' })).toBe('token_2');
    expect(await read({ VersionId: versionId(3), VersionStage: 'AWSCURRENT' })).toBe('token_3');
  });

  it.each([
    [
      { VersionId: versionId(9) },
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for VersionId: ${versionId(9)}`,
    ],
    [
      { VersionStage: 'AWSPENDING' },
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    ],
    [
      { VersionId: versionId(1), VersionStage: 'AWSCURRENT' },
      'InvalidRequestException',
      'You provided a VersionStage that is not associated to the provided VersionId.',
    ],
  ])('explains why it rejects %j', async (wanted, name, message) => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 2);
    await expect(
      client.send(new GetSecretValueCommand({ SecretId: 'token', ...wanted })),
    ).rejects.toMatchObject({ name, message });
  });

  it('records the day of the access and changes nothing else', async () => {
    const { client, clock } = await startEmulator();
    await tokenWithVersions(client, 1);
    clock.ms += 1000;
    await current(client);
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'token' }));
    expect(described.LastAccessedDate).toEqual(new Date('2026-11-22T00:00:00Z'));
    expect(described.LastChangedDate).toEqual(new Date(start));
  });
});

describe('the number of versions', () => {
  it('is reduced to 100 once the surplus is a day old', async () => {
    const { client, clock } = await startEmulator();
    await tokenWithVersions(client, 105);
    const first = new GetSecretValueCommand({ SecretId: 'token', VersionId: versionId(1) });
    clock.ms += dayMs - 1;
    await put(client, 106);
    await expect(client.send(first)).resolves.toMatchObject({ SecretString: 'token_1' });
    clock.ms += 1;
    await put(client, 107);
    await expect(client.send(first)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const kept = new GetSecretValueCommand({ SecretId: 'token', VersionId: versionId(8) });
    await expect(client.send(kept)).resolves.toMatchObject({ SecretString: 'token_8' });
  });

  it('always includes labelled versions, however old', async () => {
    const { client, clock } = await startEmulator();
    await tokenWithVersions(client, 0);
    await put(client, 1, { VersionStages: ['keep', 'AWSCURRENT'] });
    for (let number = 2; number <= 101; number += 1) await put(client, number);
    clock.ms += 2 * dayMs;
    await put(client, 102);
    expect(await labels(client)).toEqual({
      1: ['keep'],
      101: ['AWSPREVIOUS'],
      102: ['AWSCURRENT'],
    });
  });

  it('cannot exceed the cap', async () => {
    const { client } = await startEmulator({ versionCap: 3 });
    await tokenWithVersions(client, 3);
    await expect(put(client, 4)).rejects.toMatchObject({ name: 'LimitExceededException' });
    await expect(put(client, 3)).resolves.toMatchObject({ VersionId: versionId(3) });
    expect(await current(client)).toBe('token_3');
  });

  it('has a default cap of 250', async () => {
    const { client } = await startEmulator();
    await tokenWithVersions(client, 250);
    await expect(put(client, 251)).rejects.toMatchObject({ name: 'LimitExceededException' });
  });
});
