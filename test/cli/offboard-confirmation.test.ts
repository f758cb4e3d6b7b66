import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { environmentVariables } from '../../core/contract.ts';
import { type Operator, seedCredential, startOperator } from './operator.ts';
import { inTerminal } from './terminal-session.ts';

const secretId = (kind: 'client' | 'token'): string => `ims-token-rotator/local/fusion/${kind}`;
const question = 'Type fusion to continue';

/** An operator who is asked whether `fusion` may be deleted. */
async function startAsked() {
  const operator = await startOperator();
  for (const kind of ['client', 'token'] as const) {
    operator.world.secretsManager.seed({ name: secretId(kind), secretString: '{}' });
  }
  const offboarding = inTerminal(operator, 'offboard', 'fusion', '--rotator', 'local');
  await offboarding.shows(question);
  return { operator, offboarding };
}

const describeSecret = ({ client }: Operator, kind: 'client' | 'token') =>
  client.send(new DescribeSecretCommand({ SecretId: secretId(kind) }));

const deletions = ({ world }: Operator): number =>
  world.secretsManager.calls.filter(({ action }) => action === 'DeleteSecret').length;

/** Another rotator comes to use the client secret of `fusion`. */
async function borrow(operator: Operator): Promise<void> {
  const { lambda, secretsManager, ims } = operator.world;
  const { ARN = '' } = await describeSecret(operator, 'client');
  lambda.createFunction({
    ...operator.world.functionDefinition({ secretsManager: secretsManager.url, ims: ims.url }),
    functionName: 'rotator-other',
    environment: {
      [environmentVariables.name]: 'other',
      [environmentVariables.clientSecrets]: JSON.stringify({ loan: ARN }),
    },
  });
}

async function share({ client }: Operator): Promise<void> {
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::444455556666:root' },
    Action: 'secretsmanager:GetSecretValue',
    Resource: '*',
  };
  const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await client.send(new PutResourcePolicyCommand({ SecretId: secretId('token'), ResourcePolicy }));
}

async function deleteToken({ client }: Operator): Promise<void> {
  await client.send(new DeleteSecretCommand({ SecretId: secretId('token') }));
}

async function createTokenAgain({ client }: Operator): Promise<void> {
  const SecretId = secretId('token');
  await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
  await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: '{}' }));
}

describe('offboard, after the answer to its question,', () => {
  it('deletes what it has shown, also if a new token was stored in the meantime', async () => {
    const { operator, offboarding } = await startAsked();
    const stored = { SecretId: secretId('token'), SecretString: '{"access_token":"next"}' };
    await operator.client.send(new PutSecretValueCommand(stored));
    await offboarding.answer(question, 'fusion\r');
    const { code, text } = await offboarding.exit();
    expect(code, text).toBe(0);
    for (const kind of ['client', 'token'] as const) {
      expect(await describeSecret(operator, kind)).toHaveProperty('DeletedDate');
    }
  });

  const hasChanged = 'ERR_CREDENTIAL_CHANGED what offboarding fusion deletes has changed';

  it.each([
    ['another rotator uses the client secret', borrow, 'nothing can be deleted'],
    ['another account may read the token', share, hasChanged],
    ['somebody else has deleted the token secret', deleteToken, hasChanged],
    ['the token secret was created anew', createTokenAgain, hasChanged],
  ])('deletes nothing if by then %s', async (_, change, words) => {
    const { operator, offboarding } = await startAsked();
    await change(operator);
    const earlier = deletions(operator);
    await offboarding.answer(question, 'fusion\r');
    const { code, text } = await offboarding.exit();
    expect(code).toBe(1);
    expect(text).toContain(words);
    expect(deletions(operator)).toBe(earlier);
  });
});

it('offboard names a secret that was scheduled for deletion before, and how to restore it', async () => {
  const operator = await startOperator();
  for (const kind of ['client', 'token'] as const) {
    operator.world.secretsManager.seed({ name: secretId(kind), secretString: '{}' });
  }
  await deleteToken(operator);
  const { code, stdout } = await operator.cli('offboard', 'fusion', '--yes');
  expect(code).toBe(0);
  const restore = (kind: 'client' | 'token'): string =>
    `aws secretsmanager restore-secret --secret-id ${secretId(kind)}`;
  const said = stdout.replaceAll(/[\s\\]+/g, ' ');
  expect(said).toContain(
    `The other secret was scheduled for deletion before; to restore it, too: ${restore('token')}`,
  );
  expect(said).toContain(restore('client'));
  const again = await operator.cli('offboard', 'fusion', '--yes');
  expect(again.code).toBe(1);
  expect(again.stderr.replaceAll(/\s+/g, ' ')).toContain(
    `ERR_CREDENTIAL_NOT_FOUND ${secretId('client')} and ${secretId('token')} are scheduled for deletion → find out first who deleted it, and why; if it is to come back: ${restore('client')}; then: ${restore('token')}`,
  );
  for (const command of ['pause', 'resume', 'doctor']) {
    const { stdout, stderr } = await operator.cli(command, 'fusion');
    expect(`${stdout}${stderr}`.replaceAll(/[\s\\]+/g, ' ')).toContain(
      `find out first who deleted it, and why; if it is to come back: ${restore('token')}`,
    );
  }
  expect((await operator.cli('doctor', 'fusion')).stdout).toMatch(/not paused +no tag pauses it/);
});

it.each([
  ['gone', 'there is no secret'],
  ['scheduled for deletion', 'is scheduled for deletion, and there is no secret'],
])('offboard tells an absent secret from one that is %s', async (state, expected) => {
  const operator = await startOperator();
  if (state !== 'gone') {
    operator.world.secretsManager.seed({ name: secretId('token'), secretString: '{}' });
    await deleteToken(operator);
  }
  const { code, stderr } = await operator.cli('offboard', 'fusion', '--yes');
  expect(code).toBe(1);
  const text = stderr.replaceAll(/\s+/g, ' ');
  expect(text).toContain(`${expected} ${secretId('client')}`);
  expect(text.includes(`no secret ${secretId('token')}`)).toBe(state === 'gone');
});

it('offboard says what still works at Adobe', async () => {
  const operator = await startOperator();
  await operator.onboard('fusion');
  await operator.invoke({ action: 'tick' });
  const stored = await operator.read('fusion');
  const { stdout } = await operator.cli('offboard', 'fusion', '--yes');
  const said = stdout.replaceAll(/\s+/g, ' ');
  expect(said).toContain(
    `The client secret still works at Adobe until somebody deletes it in the Adobe Developer Console. The token still works until it expires, at ${stored?.token['expires_at']}.`,
  );
  const { world, cli } = operator;
  seedCredential(world, 'expired', { expiresIn: -60 });
  expect((await cli('offboard', 'expired', '--yes')).stdout).not.toContain('token still works');
  seedCredential(world, 'empty', { client: false });
  expect((await cli('offboard', 'empty', '--yes')).stdout).not.toContain('still works');
});
