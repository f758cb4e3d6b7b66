import type { AwsClient, ReadSecret, SecretValue } from './options.ts';
import { regionOf } from './region-of.ts';

/** Reads by the AWS SDK, which is loaded at the first read. */
export function readSecretsManager(secretId: string, given?: AwsClient): ReadSecret {
  let client = given;
  return async ({ signal }) => {
    const sdk = await import('@aws-sdk/client-secrets-manager').catch((error: Error) => {
      // With a `catch`, a bundler of an app that has no such package only warns.
      throw error;
    });
    client ??= new sdk.SecretsManagerClient(regionOf(secretId));
    const command = new sdk.GetSecretValueCommand({ SecretId: secretId });
    return (await client.send(command as never, { abortSignal: signal })) as SecretValue;
  };
}
