import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { World } from './world.ts';

/** A plain SDK client, with nothing set but what any program has to set. */
export function secretsManagerClient(world: World): SecretsManagerClient {
  return new SecretsManagerClient({
    endpoint: world.secretsManager.url,
    region: world.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}

/** Creates the two secrets of a credential: the token secret first, so that it can be filled. */
export async function onboard(
  world: World,
  client: SecretsManagerClient,
  credential: string,
  document: string,
): Promise<void> {
  await client.send(new CreateSecretCommand({ Name: world.secretId(credential, 'token') }));
  await client.send(
    new CreateSecretCommand({
      Name: world.secretId(credential, 'client'),
      SecretString: document,
    }),
  );
}
