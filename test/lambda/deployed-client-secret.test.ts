import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { Key } from 'aws-cdk-lib/aws-kms';
import { expect, it, onTestFinished } from 'vitest';
import { consoleScopes } from '../../core/console-secrets.ts';
import { tagKeys } from '../../core/contract.ts';
import { ConsoleApiEmulator } from '../../emulators/console-api/emulator.ts';
import { ImsTokenRotator } from '../../infra/index.ts';
import { deploy, startDeployment } from '../support/deployed-rotator.ts';
import { plainClient } from '../support/start-parts.ts';
import { labelsOf } from '../support/start-rotating.ts';

const client = {
  clientId: 'fusion',
  credentialId: '451234',
  consoleOrgId: '23294',
  clientSecrets: ['p8e-the-first-secret'],
  scopes: ['openid', ...consoleScopes],
};
const name = 'ims-token-rotator/prod/fusion/client';

async function start() {
  const deployment = deploy((stack) => {
    const rotator = new ImsTokenRotator(stack, 'Rotator', {
      encryptionKey: new Key(stack, 'Key'),
      alarms: { enabled: false },
    });
    rotator.addCredential('fusion', { clientSecretRotation: true });
    rotator.addCredential('firefly');
  });
  let consoleApi: ConsoleApiEmulator | undefined;
  let ahead = 0;
  const deployed = await startDeployment(
    deployment,
    (secretsManager) => {
      const secretString = JSON.stringify({
        client_id: client.clientId,
        client_secrets: client.clientSecrets,
        scopes: ['openid'],
        credential_id: client.credentialId,
        console_org_id: client.consoleOrgId,
      });
      secretsManager.seed({ name, secretString });
      return new Map();
    },
    async ({ secretsManager, ims }) => {
      ims.registerClient(client);
      const server = new ConsoleApiEmulator(ims);
      await server.start();
      onTestFinished(() => server.stop());
      consoleApi = server;
      return {
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
        IMS_ENDPOINT_URL: ims.url,
        ADOBE_CONSOLE_ENDPOINT_URL: server.url,
      };
    },
    () => Date.now() + ahead,
  );
  /** Secrets Manager's clock moves to this time. */
  const moveTo = (time: number): void => {
    ahead = time - Date.now();
  };
  return { ...deployed, consoleApi, moveTo };
}

type Started = Awaited<ReturnType<typeof start>>;

async function byHand({ secretsManager }: Started): Promise<void> {
  // The deployment has set the function.
  await plainClient({ secretsManager }).send(new RotateSecretCommand({ SecretId: name }));
}

/** At the first hour of the window, on the first day of the next month. */
function onSchedule({ secretsManager, moveTo }: Started): Promise<void> {
  const due = new Date(secretsManager.nextRotation ?? 0);
  expect(due.toISOString()).toMatch(/-01T04:00:00\.000Z$/);
  moveTo(due.getTime() - 60_000);
  secretsManager.rotateDue();
  expect(secretsManager.nextRotation).toBe(due.getTime());
  moveTo(due.getTime() + 1_000);
  secretsManager.rotateDue();
  return Promise.resolve();
}

it.each([
  ['by hand', byHand],
  ['on its schedule', onSchedule],
])('rotates a client secret %s, with the rights of the stack', async (_, begin) => {
  const started = await start();
  const { secretsManager, consoleApi, ims, tick, denied } = started;
  expect(secretsManager.errors).toEqual([]);
  expect(consoleApi?.requests).toEqual([]);
  expect(await tick()).toMatchObject({ payload: { outcomes: { renewed: 1 } } });
  const aws = plainClient({ secretsManager });
  const before = await labelsOf(aws, name);

  const nextBefore = secretsManager.nextRotation;
  await begin(started);
  await secretsManager.idle();
  expect(secretsManager.errors).toEqual([]);
  expect(denied()).toEqual([]);
  expect(consoleApi?.requests.map(({ outcome }) => outcome)).toEqual(['listed', 'added']);
  const labels = await labelsOf(aws, name);
  expect(labels).toEqual({ AWSCURRENT: expect.any(String), AWSPREVIOUS: before['AWSCURRENT'] });
  expect(labels['AWSCURRENT']).not.toBe(before['AWSCURRENT']);
  if (begin === onSchedule) expect(secretsManager.nextRotation).toBeGreaterThan(nextBefore ?? 0);
  const { SecretString = '' } = await aws.send(new GetSecretValueCommand({ SecretId: name }));
  const [first, second] = JSON.parse(SecretString).client_secrets;
  expect(first.client_secret).not.toBe(client.clientSecrets[0]);
  expect(second).toMatchObject({
    client_secret: client.clientSecrets[0],
    retired_at: expect.any(String),
  });
  const { Tags = [], RotationRules } = await aws.send(
    new DescribeSecretCommand({ SecretId: name }),
  );
  expect(RotationRules).toMatchObject({ ScheduleExpression: 'cron(0 4 1 * ? *)' });
  expect(Tags.find(({ Key }) => Key === tagKeys.rotation)?.Value).toMatch(/^retired uuid=/);
  expect(ims.client('fusion').secrets).toHaveLength(2);
});
