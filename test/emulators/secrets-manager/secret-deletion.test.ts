import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { dayMs, start, startEmulator } from './start-secrets-manager.ts';

describe('DeleteSecret and RestoreSecret', () => {
  it('schedule the deletion and reject any use until the secret is restored', async () => {
    const { client } = await startEmulator();
    await client.send(new CreateSecretCommand({ Name: 'a', SecretString: 'one' }));
    const deleted = await client.send(
      new DeleteSecretCommand({ SecretId: 'a', RecoveryWindowInDays: 7 }),
    );
    expect(deleted.DeletionDate).toEqual(new Date(start + 7 * dayMs));
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'a' }));
    expect(described.DeletedDate).toEqual(deleted.DeletionDate);
    const refused = {
      name: 'InvalidRequestException',
      message: "You can't perform this operation on the secret because it was marked for deletion.",
    };
    const read = new GetSecretValueCommand({ SecretId: 'a' });
    await expect(client.send(read)).rejects.toMatchObject(refused);
    await expect(
      client.send(new PutSecretValueCommand({ SecretId: 'a', SecretString: 'two' })),
    ).rejects.toMatchObject(refused);
    await expect(
      client.send(new TagResourceCommand({ SecretId: 'a', Tags: [] })),
    ).rejects.toMatchObject(refused);
    await expect(client.send(new CreateSecretCommand({ Name: 'a' }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: expect.stringContaining('already scheduled for deletion'),
    });
    await client.send(new RestoreSecretCommand({ SecretId: 'a' }));
    expect((await client.send(read)).SecretString).toBe('one');
  });

  it('free the name after 30 days', async () => {
    const { client, clock } = await startEmulator();
    const { ARN } = await client.send(new CreateSecretCommand({ Name: 'a' }));
    await client.send(new DeleteSecretCommand({ SecretId: 'a' }));
    clock.ms += 30 * dayMs - 1;
    await client.send(new DescribeSecretCommand({ SecretId: 'a' }));
    clock.ms += 1;
    await expect(client.send(new DescribeSecretCommand({ SecretId: 'a' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    const again = await client.send(new CreateSecretCommand({ Name: 'a' }));
    expect(again.ARN).not.toBe(ARN);
  });

  it('delete at once if forced, even a missing secret', async () => {
    const { client } = await startEmulator();
    await client.send(new CreateSecretCommand({ Name: 'a' }));
    const force = new DeleteSecretCommand({ SecretId: 'a', ForceDeleteWithoutRecovery: true });
    await client.send(force);
    await expect(client.send(force)).resolves.toMatchObject({ Name: 'a' });
    await client.send(new CreateSecretCommand({ Name: 'a' }));
  });

  it.each([
    [{ RecoveryWindowInDays: 6 }, 'between 7 and 30 days'],
    [{ RecoveryWindowInDays: 31 }, 'between 7 and 30 days'],
    [{ RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true }, 'in conjunction with'],
  ])('reject %j', async (options, message) => {
    const { client } = await startEmulator();
    await client.send(new CreateSecretCommand({ Name: 'a' }));
    await expect(
      client.send(new DeleteSecretCommand({ SecretId: 'a', ...options })),
    ).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining(message),
    });
  });
});
