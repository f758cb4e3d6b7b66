import {
  DeleteSecretCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { startEmulator } from './start-secrets-manager.ts';

const ResourcePolicy = '{"Version":"2012-10-17","Statement":[]}';

it('returns the resource policy that was put, unless the secret is to be deleted', async () => {
  const { client, emulator } = await startEmulator();
  const ARN = emulator.seed({ name: 'a' });
  const get = () => client.send(new GetResourcePolicyCommand({ SecretId: 'a' }));
  expect(await get()).toMatchObject({ ARN, Name: 'a' });
  expect((await get()).ResourcePolicy).toBeUndefined();
  await client.send(new PutResourcePolicyCommand({ SecretId: ARN, ResourcePolicy }));
  expect(await get()).toMatchObject({ ARN, Name: 'a', ResourcePolicy });
  await client.send(new DeleteSecretCommand({ SecretId: 'a' }));
  await expect(get()).rejects.toMatchObject({ name: 'InvalidRequestException' });
});
