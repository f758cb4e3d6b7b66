import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { World } from './world.ts';

/** A plain SDK client with the minimal configuration. */
export function secretsManagerClient(world: World): SecretsManagerClient {
  return new SecretsManagerClient({
    endpoint: world.secretsManager.url,
    region: world.region,
    credentials: world.credentials,
  });
}

/**
 * Creates a credential's two secrets. The token secret comes first: storing the client secret
 * triggers the first renewal.
 */
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
