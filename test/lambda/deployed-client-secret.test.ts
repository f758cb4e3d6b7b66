import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import {
  type DeployedClient,
  firstSecret,
  startDeployedClient,
} from '../support/start-deployed-client.ts';
import { plainClient } from '../support/start-parts.ts';
import { labelsOf } from '../support/start-rotating.ts';
import { ClientSecretId as name } from '../support/start-rotating-client.ts';

async function byHand({ secretsManager }: DeployedClient): Promise<void> {
  // The deployment has set the function.
  await plainClient({ secretsManager }).send(new RotateSecretCommand({ SecretId: name }));
}

/** At the first hour of the window, on the first day of the next month. */
function onSchedule({ secretsManager, clock }: DeployedClient): Promise<void> {
  const due = new Date(secretsManager.nextRotation ?? 0);
  expect(due.toISOString()).toMatch(/-01T04:00:00\.000Z$/);
  clock.moveTo(due.getTime() - 60_000);
  secretsManager.rotateDue();
  expect(secretsManager.nextRotation).toBe(due.getTime());
  clock.moveTo(due.getTime() + 1_000);
  secretsManager.rotateDue();
  return Promise.resolve();
}

it.each([
  ['by hand', byHand],
  ['on its schedule', onSchedule],
])('rotates a client secret %s, with the rights of the stack', async (_, begin) => {
  const started = await startDeployedClient();
  const { secretsManager, consoleApi, ims, tick, denied } = started;
  expect(secretsManager.errors).toEqual([]);
  expect(consoleApi.requests).toEqual([]);
  expect(await tick()).toMatchObject({ payload: { outcomes: { renewed: 1 } } });
  const aws = plainClient({ secretsManager });
  const before = await labelsOf(aws, name);

  const nextBefore = secretsManager.nextRotation;
  await begin(started);
  await secretsManager.idle();
  expect(secretsManager.errors).toEqual([]);
  expect(denied()).toEqual([]);
  expect(consoleApi.requests.map(({ outcome }) => outcome)).toEqual(['listed', 'added']);
  const labels = await labelsOf(aws, name);
  expect(labels).toEqual({ AWSCURRENT: expect.any(String), AWSPREVIOUS: before['AWSCURRENT'] });
  expect(labels['AWSCURRENT']).not.toBe(before['AWSCURRENT']);
  if (begin === onSchedule) expect(secretsManager.nextRotation).toBeGreaterThan(nextBefore ?? 0);
  const { SecretString = '' } = await aws.send(new GetSecretValueCommand({ SecretId: name }));
  const [first, second] = JSON.parse(SecretString).client_secrets;
  expect(first.client_secret).not.toBe(firstSecret);
  expect(second).toMatchObject({
    client_secret: firstSecret,
    retired_at: expect.any(String),
  });
  const { Tags = [], RotationRules } = await aws.send(
    new DescribeSecretCommand({ SecretId: name }),
  );
  expect(RotationRules).toMatchObject({ ScheduleExpression: 'cron(0 4 1 * ? *)' });
  expect(Tags.find(({ Key }) => Key === tagKeys.rotation)?.Value).toMatch(/^retired uuid=/);
  expect(ims.client('fusion').secrets).toHaveLength(2);
});
