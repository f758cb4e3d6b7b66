import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { current, put, startEmulator } from './start-secrets-manager.ts';

/** A secret under an enabled key whose state then changes. */
async function startWithKey(laterState: string | undefined) {
  let state: string | undefined = 'Enabled';
  const asked = new Set<string>();
  const keyState = (kmsKeyId: string) => {
    asked.add(kmsKeyId);
    return state;
  };
  const world = await startEmulator({ keyState });
  const secret = { Name: 'token', SecretString: 'one', KmsKeyId: 'alias/tokens' };
  await world.client.send(new CreateSecretCommand(secret));
  state = laterState;
  return { ...world, asked };
}

describe('the key of a secret', () => {
  it.each(['Disabled', 'PendingDeletion', 'PendingImport', 'Unavailable'])(
    'cannot encrypt or decrypt while it is %s',
    async (state) => {
      const { client, asked } = await startWithKey(state);
      await expect(current(client)).rejects.toMatchObject({
        name: 'DecryptionFailure',
        $metadata: { httpStatusCode: 400 },
        message:
          "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
      });
      await expect(put(client, 2)).rejects.toMatchObject({ name: 'EncryptionFailure' });
      const another = { Name: 'b', SecretString: 'one', KmsKeyId: 'alias/tokens' };
      await expect(client.send(new CreateSecretCommand(another))).rejects.toMatchObject({
        name: 'EncryptionFailure',
      });
      expect(asked).toEqual(new Set(['alias/tokens']));
      await client.send(new DescribeSecretCommand({ SecretId: 'token' }));
    },
  );

  it.each(['Enabled', undefined])(
    'can encrypt and decrypt while its state is %s',
    async (state) => {
      const { client } = await startWithKey(state);
      expect(await current(client)).toBe('one');
      await put(client, 2);
      expect(await current(client)).toBe('token_2');
    },
  );

  it('is not checked for a secret without its own key', async () => {
    const { client } = await startEmulator({ keyState: () => 'Disabled' });
    await client.send(new CreateSecretCommand({ Name: 'a', SecretString: 'one' }));
    const read = new GetSecretValueCommand({ SecretId: 'a' });
    expect(await client.send(read)).toMatchObject({ SecretString: 'one' });
  });
});
