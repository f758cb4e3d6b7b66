import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type PutSecretValueCommandInput,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { onTestFinished } from 'vitest';
import {
  SecretsManagerEmulator,
  type SecretsManagerOptions,
} from '../../../emulators/secrets-manager/emulator.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** The instant at which each test's clock starts. */
export const start = Date.UTC(2026, 10, 22, 12);

/** A clock that only the test moves. */
export class Clock {
  ms = start;
  readonly now = () => this.ms;
}

/** An emulator for one test, and a real SDK client for it. */
export async function startEmulator(options: SecretsManagerOptions = {}) {
  const clock = new Clock();
  const emulator = new SecretsManagerEmulator({ now: clock.now, ...options });
  await emulator.start();
  const client = clientFor(emulator, options);
  onTestFinished(async () => {
    client.destroy();
    await emulator.stop();
  });
  return { clock, emulator, client };
}

export function clientFor(
  emulator: SecretsManagerEmulator,
  {
    region = 'us-east-1',
    maxAttempts = 1,
    accessKeyId = 'AKIDEXAMPLE',
  }: {
    readonly region?: string | undefined;
    readonly maxAttempts?: number;
    readonly accessKeyId?: string | undefined;
  } = {},
) {
  return new SecretsManagerClient({
    endpoint: emulator.url,
    region,
    credentials: { accessKeyId, secretAccessKey: 'none' },
    maxAttempts,
  });
}

/** A valid version id that is easy to recognise. */
export function versionId(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** Creates the secret `token` and puts versions 1, 2, … of it. */
export async function tokenWithVersions(client: SecretsManagerClient, versions: number) {
  const { ARN = '' } = await client.send(new CreateSecretCommand({ Name: 'token' }));
  for (let number = 1; number <= versions; number += 1) await put(client, number);
  return ARN;
}

export function put(
  client: SecretsManagerClient,
  number: number,
  more: Partial<PutSecretValueCommandInput> = {},
) {
  return client.send(
    new PutSecretValueCommand({
      SecretId: 'token',
      ClientRequestToken: versionId(number),
      SecretString: `token_${number}`,
      ...more,
    }),
  );
}

/** The labels of each version of `token`, by its number. */
export async function labels(client: SecretsManagerClient) {
  const { VersionIdsToStages = {} } = await client.send(
    new DescribeSecretCommand({ SecretId: 'token' }),
  );
  return Object.fromEntries(
    Object.entries(VersionIdsToStages).map(([id, stages]) => [Number(id.slice(-12)), stages]),
  );
}

export async function current(client: SecretsManagerClient) {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: 'token' }));
  return SecretString;
}
