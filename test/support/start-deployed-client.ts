import { Key } from 'aws-cdk-lib/aws-kms';
import { onTestFinished } from 'vitest';
import { consoleScopes } from '../../core/console-secrets.ts';
import { ConsoleApiEmulator } from '../../emulators/console-api/emulator.ts';
import { ImsTokenRotator } from '../../infra/index.ts';
import { type DeployedRotator, deploy, startDeployment, type World } from './deployed-rotator.ts';
import { plainClient } from './start-parts.ts';
import {
  ClientSecretId,
  type ClientViews,
  clientViews,
  consoleOrgId,
  credentialId,
} from './start-rotating-client.ts';
import { WorldClock } from './world-clock.ts';

export const firstSecret = 'p8e-the-first-secret';

/** The deployed function, with the credential `fusion`, whose client secret Secrets Manager rotates. */
export interface DeployedClient extends DeployedRotator, ClientViews {
  readonly consoleApi: ConsoleApiEmulator;
  readonly clock: WorldClock;
}

export interface DeployedClientOptions extends Omit<World, 'clock'> {
  readonly clock?: WorldClock | undefined;
  /** The URL by which the function reaches a server. @default the server's own */
  readonly through?: ((url: string) => Promise<string>) | undefined;
}

export async function startDeployedClient({
  through = (url) => Promise.resolve(url),
  clock: given,
  ...world
}: DeployedClientOptions = {}): Promise<DeployedClient> {
  const clock = given ?? (await WorldClock.start());
  const deployment = deploy((stack) => {
    const rotator = new ImsTokenRotator(stack, 'Rotator', {
      encryptionKey: new Key(stack, 'Key'),
      alarms: { enabled: false },
    });
    rotator.addCredential('fusion', { clientSecretRotation: true });
    rotator.addCredential('firefly');
  });
  let consoleApi: ConsoleApiEmulator | undefined;
  const deployed = await startDeployment(
    deployment,
    (secretsManager) => {
      secretsManager.seed({ name: ClientSecretId, secretString: JSON.stringify(document) });
      return new Map();
    },
    async ({ secretsManager, ims }) => {
      ims.registerClient({
        clientId: document.client_id,
        clientSecrets: [firstSecret],
        scopes: ['openid', ...consoleScopes],
        credentialId,
        consoleOrgId,
      });
      consoleApi = new ConsoleApiEmulator(ims, { now: clock.now });
      await consoleApi.start();
      return {
        AWS_ENDPOINT_URL_SECRETS_MANAGER: await through(secretsManager.url),
        IMS_ENDPOINT_URL: await through(ims.url),
        ADOBE_CONSOLE_ENDPOINT_URL: await through(consoleApi.url),
      };
    },
    { ...world, clock },
  );
  if (consoleApi === undefined) throw new Error('the Console API was not started');
  const server = consoleApi;
  onTestFinished(() => server.stop());
  const adobe = deployed.ims.client(document.client_id);
  const views = clientViews(plainClient(deployed), adobe, new Set());
  return { ...deployed, ...views, consoleApi, clock };
}

const document = {
  client_id: 'fusion',
  client_secrets: [{ client_secret: firstSecret }],
  scopes: ['openid'],
  credential_id: credentialId,
  console_org_id: consoleOrgId,
};
