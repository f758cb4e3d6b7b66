import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { onTestFinished } from 'vitest';
import type { ClientRegistration } from '../../emulators/ims/client.ts';
import { onboard, secretsManagerClient } from '../../local/onboarding.ts';
import { consoleDownload, sampleClient } from '../../local/sample-credential.ts';
import { World } from '../../local/world.ts';
import { expectNoSecrets } from './no-secrets.ts';

/** The deployed bundle in the embedded world, for one test. */
export interface Rotator {
  readonly world: World;
  /** An SDK client, as a consumer has it. */
  readonly client: SecretsManagerClient;
  /** Registers a client at IMS and stores its credential. */
  readonly onboard: (credential: string, document?: string) => Promise<ClientRegistration>;
  /** Reads the token as a consumer does; undefined while there is none. */
  readonly read: (credential: string) => Promise<StoredVersion | undefined>;
  readonly invoke: (event: unknown) => Promise<Invocation>;
}

export interface StoredVersion {
  readonly versionId: string;
  readonly secretString: string;
  readonly token: Readonly<Record<string, unknown>>;
}

export interface Invocation {
  readonly result: RunResult;
  readonly error: { readonly errorType: string; readonly errorMessage: string } | undefined;
}

interface RunResult {
  readonly managed: number;
  readonly reasons: Readonly<Record<string, number>>;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly credentials: readonly {
    readonly name: string;
    readonly reason?: string;
    readonly outcome: string;
    readonly expires_at?: string;
    readonly code?: string;
  }[];
}

/** Starts without the event rule by default, so that the test decides when tokens are renewed. */
export async function startRotator(
  options: ConstructorParameters<typeof World>[0] = {},
): Promise<Rotator> {
  const world = new World({ eventRule: false, ...options });
  onTestFinished(() => world.stop());
  await world.start();
  const secrets = new Set<string>();
  onTestFinished(() => {
    expectNoSecrets(world.lambda.logs(world.functionName).join('\n'), [...secrets]);
  });
  const client = secretsManagerClient(world);
  onTestFinished(() => client.destroy());
  return {
    world,
    client,
    onboard: async (credential, document) => {
      const sample = sampleClient();
      world.ims.registerClient(sample);
      for (const secret of sample.clientSecrets) secrets.add(secret);
      await onboard(world, client, credential, document ?? consoleDownload(sample));
      return sample;
    },
    read: async (credential) => {
      try {
        const SecretId = world.secretId(credential, 'token');
        const value = await client.send(new GetSecretValueCommand({ SecretId }));
        const secretString = value.SecretString ?? '';
        secrets.add(String(JSON.parse(secretString).access_token));
        const versionId = value.VersionId ?? '';
        return { versionId, secretString, token: JSON.parse(secretString) };
      } catch (error) {
        if ((error as Error).name === 'ResourceNotFoundException') return undefined;
        throw error;
      }
    },
    invoke: async (event) => {
      const { payload, functionError } = await world.lambda.invoke(world.functionName, event);
      const failed = functionError !== undefined;
      return {
        result: (failed ? undefined : payload) as Invocation['result'],
        error: (failed ? payload : undefined) as Invocation['error'],
      };
    },
  };
}
