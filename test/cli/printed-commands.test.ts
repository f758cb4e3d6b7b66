import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { idsOf } from '../../cli/adobe/own-secrets.ts';
import type { CommonOptions } from '../../cli/common-options.ts';
import { checkGoesOn } from '../../cli/rotator/client-rotation.ts';
import { confirmLocation } from '../../cli/rotator/confirm-location.ts';
import { copyWarning } from '../../cli/rotator/policy-warning.ts';
import type { Rotator } from '../../cli/rotator/rotator.ts';
import type { Session } from '../../cli/session.ts';
import { explainFailure } from '../../cli/view/failure.ts';
import type { ClientCredential } from '../../core/credential.ts';
import { errorKinds } from '../../core/errors.ts';
import { day, hour } from '../support/builders.ts';
import { expectComplete } from './complete-commands.ts';
import { document } from './fates.ts';
import { fileWith, inSeconds, type Operator, seedCredential, startOperator } from './operator.ts';

const options: CommonOptions = { rotator: 'local', profile: 'team', region: 'us-east-1' };
const ofAws = '--profile team --region us-east-1';
const given = ['--rotator', 'local', ...ofAws.split(' ')];

// Whatever it allows.
const policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });

/** An operator who signs in with a profile, and has credentials in many states. */
async function startTeam(): Promise<Operator> {
  const keys = 'aws_access_key_id = operator\naws_secret_access_key = operator\n';
  const operator = await startOperator();
  operator.environment['AWS_SHARED_CREDENTIALS_FILE'] = await fileWith(`[team]\n${keys}`);
  const { world, client } = operator;
  const failing = `code=ERR_TOKEN_REJECTED/invalid_client since=${inSeconds(-hour)}`;
  seedCredential(world, 'failing', { expiresIn: 5 * hour, failing });
  seedCredential(world, 'fresh', { expiresIn: 20 * hour });
  seedCredential(world, 'late', { expiresIn: -hour, storedAgo: 48 * hour });
  seedCredential(world, 'paused', {
    expiresIn: -hour,
    tags: { 'ims-token-rotator:paused': 'true' },
  });
  seedCredential(world, 'deleted', { expiresIn: 20 * hour });
  await client.send(new DeleteSecretCommand({ SecretId: world.secretId('deleted', 'token') }));
  await client.send(new CreateSecretCommand({ Name: world.secretId('half', 'token') }));
  for (const [name, text] of [
    ['broken', '[]'],
    ['over', '{"access_token":"x","expires_at":"2020-01-01T00:00:00Z"}'],
  ] as const) {
    world.secretsManager.seed({ name: world.secretId(name, 'token'), secretString: text });
  }
  world.secretsManager.seed({
    name: 'ims-token-rotator/before/firefly/token',
    createdAt: Date.now() - 2 * day * 1000,
  });
  return operator;
}

/** Fails unless each command in a text finds the same rotator. */
function expectSame(text: string): void {
  const whole = text.replaceAll(/ \\\n +/g, ' ');
  expectComplete(whole, ofAws);
  const others = whole
    .replaceAll(/aws [^;,()\n]*/g, '')
    .replaceAll('--rotator before', '--rotator local');
  if (/ims-token-rotator [a-z]/.test(others)) expectComplete(others, given.join(' '));
}

it('the fix of an error has commands with the options that were given', async () => {
  const { cli } = await startTeam();
  const file = await fileWith(document);
  for (const args of [
    ['status', 'none'],
    ['token', 'none'],
    ['token', 'broken'],
    ['token', 'over'],
    ['pause', 'none'],
    ['resume', 'deleted'],
    ['offboard', 'none', '--yes'],
    ['leaked', 'none', '--yes'],
    ['rotate-client-secret', 'none'],
    ['put-credential', 'none', file],
    ['put-credential', 'half', file],
    ['put-credential', 'late', file, '--wait', '1'],
    ['onboard', 'fresh', file],
    ['onboard', 'deleted', file],
    ['onboard', 'late', file],
  ]) {
    const { code, stdout } = await cli(...args, ...given, '--json');
    expect({ args, code }).toEqual({ args, code: 1 });
    expectSame(JSON.parse(stdout).error.fix);
  }
});

it('status, renew, put-credential and offboard print them with these options', async () => {
  const { cli, client, world } = await startTeam();
  const SecretId = world.secretId('paused', 'client');
  await client.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy: policy }));
  const status = await cli('status', ...given);
  expectSame(status.stdout);
  expect(status.stdout).toContain(`offboard firefly --rotator before ${ofAws}`);
  const renew = await cli('renew', 'paused', ...given);
  expectSame(renew.stdout);
  const put = await cli('put-credential', 'paused', await fileWith(document), ...given);
  expect(put.stdout).toContain(`until: ims-token-rotator resume paused ${given.join(' ')}`);
  expectSame(put.stderr);
  const offboard = await cli('offboard', 'fresh', '--yes', ...given);
  expect(offboard.code).toBe(0);
  expectSame(offboard.stdout);
});

it.each([
  [
    'the profile of AWS_PROFILE, where the AWS CLI would prefer keys beside it',
    true,
    ' --profile team',
  ],
  ['no profile without such keys: the AWS CLI reads the variable, too', false, ''],
])('they have %s', async (_, hasKeys, profile) => {
  const operator = await startTeam();
  operator.environment['AWS_PROFILE'] = 'team';
  if (!hasKeys) operator.environment['AWS_SECRET_ACCESS_KEY'] = '';
  const { code, stdout } = await operator.cli('offboard', 'fresh', '--yes');
  expect(code).toBe(0);
  const id = operator.world.secretId('fresh', 'token');
  expect(stdout.replaceAll(/ \\\n +/g, ' ')).toContain(
    `aws secretsmanager restore-secret --secret-id ${id}${profile}\n`,
  );
});

it('every fix of doctor has them', async () => {
  const { cli } = await startTeam();
  const found = new Set<string>();
  for (const name of ['failing', 'late', 'paused', 'deleted', 'half', undefined]) {
    const args = name === undefined ? [] : [name];
    const { checks } = JSON.parse((await cli('doctor', ...args, ...given, '--json')).stdout);
    for (const { check, fix = '' } of checks) {
      if (!/(ims-token-rotator|aws) [a-z]/.test(fix)) continue;
      expectSame(fix);
      found.add(check);
    }
  }
  expect([...found].toSorted()).toEqual([
    'client secret',
    'credential',
    'not paused',
    'other rotators',
    'state',
    'stored value',
    'token',
    'token secret',
  ]);
});

it('the fix of every failure has them, and has none from elsewhere', () => {
  const failures = [...Object.keys(errorKinds), 'ERR_LEAK_UNPROVEN'];
  const fixes = failures.map((code) => explainFailure({ code }, 'fusion', options).fix);
  for (const fix of fixes) expect(fix).not.toMatch(/`|NAME/);
  const withCommands = fixes.filter((fix) => fix.includes('ims-token-rotator '));
  expect(withCommands.length).toBeGreaterThan(8);
  for (const fix of withCommands) expectSame(fix);
  const { fix } = explainFailure({ code: 'ERR_`offboard fusion`' }, 'fusion', options);
  expect(fix).toBe('see ERR_`offboard fusion` in docs/runbook.md');
});

/** The fix of the error that this throws. */
function fixOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return Object(error).fix;
  }
  throw new Error('it did not fail');
}

it('warnings, and fixes of what is not run here, have them', async () => {
  const session = { options, terminal: { canAsk: false } } as Session;
  const secret = { name: 'ims-token-rotator/local/fusion/client', arn: 'arn', tags: {} };
  const rotator = {
    ...{ name: 'local', prefix: 'x', unreadable: [] as readonly string[] },
    function: { kind: 'absent' },
  } as Rotator;
  expectSame(copyWarning(session, { ...secret, isRotated: true }, rotator) ?? '');
  expectSame(fixOf(() => idsOf({} as ClientCredential, 'fusion', options)));
  const rotation = { name: 'fusion', client: secret, token: secret, versionId: 'v' };
  const seen = { steps: [], isDone: false, isOvertaken: false, isGivenUp: false };
  const finished = [['finish', 'done']] as const;
  for (const one of [seen, { ...seen, isOvertaken: true }, { ...seen, steps: finished }]) {
    expectSame(fixOf(() => checkGoesOn(session, rotation, one, 1)));
  }
  const imported = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:team/fusion-AbCdEf';
  const asked = confirmLocation(session, rotator, imported, { byHand: true });
  const { message, fix } = await asked.catch((error) => error);
  expect(message).toContain('which no rotator that is known here has as its own');
  expectSame(fix);
});
