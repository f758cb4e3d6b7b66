import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  TagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { startEmulator } from './start-secrets-manager.ts';

describe('a replica', () => {
  it('is listed with its primary Region, can be read, and rejects writes', async () => {
    const { client, emulator } = await startEmulator();
    emulator.seed({ name: 'a', secretString: 'one', primaryRegion: 'eu-west-1' });
    const { SecretList } = await client.send(new ListSecretsCommand({}));
    expect(SecretList).toMatchObject([{ Name: 'a', PrimaryRegion: 'eu-west-1' }]);
    const read = await client.send(new GetSecretValueCommand({ SecretId: 'a' }));
    expect(read.SecretString).toBe('one');
    for (const write of [
      client.send(new PutSecretValueCommand({ SecretId: 'a', SecretString: 'two' })),
      client.send(new TagResourceCommand({ SecretId: 'a', Tags: [] })),
      client.send(new UpdateSecretCommand({ SecretId: 'a', Description: 'new' })),
      client.send(new DeleteSecretCommand({ SecretId: 'a', ForceDeleteWithoutRecovery: true })),
    ]) {
      await expect(write).rejects.toMatchObject({ name: 'InvalidRequestException' });
    }
  });

  it('prevents the deletion of its source until it is removed', async () => {
    const { client, emulator } = await startEmulator();
    const ARN = emulator.seed({ name: 'a', replicas: [{ Region: 'eu-west-1' }] });
    const remove = new DeleteSecretCommand({ SecretId: 'a', ForceDeleteWithoutRecovery: true });
    await expect(client.send(remove)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    const from = (region: string) =>
      new RemoveRegionsFromReplicationCommand({ SecretId: 'a', RemoveReplicaRegions: [region] });
    await expect(client.send(from('eu-west-2'))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    expect(await client.send(from('eu-west-1'))).toMatchObject({ ARN });
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'a' }));
    expect([described.ReplicationStatus, described.PrimaryRegion]).toEqual([undefined, undefined]);
    await client.send(remove);
  });

  it('is as read-only as a secret that another service manages', async () => {
    const { client, emulator } = await startEmulator();
    emulator.seed({ name: 'a', owningService: 'rds' });
    await expect(
      client.send(new PutSecretValueCommand({ SecretId: 'a', SecretString: 'two' })),
    ).rejects.toMatchObject({ name: 'InvalidRequestException' });
  });
});
