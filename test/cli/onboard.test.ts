import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DescribeSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../emulators/secrets-manager/fault.ts';
import { sampleClient } from '../../local/sample-credential.ts';
import type { WorldOptions } from '../../local/world.ts';
import { fileWith, program, startOperator } from './operator.ts';

/** An operator with the credential of a registered client in a file. */
async function startWithFile(options: WorldOptions = {}) {
  const operator = await startOperator({ eventRule: true, ...options });
  const sample = sampleClient();
  operator.world.ims.registerClient(sample);
  const [secret = ''] = sample.clientSecrets;
  operator.secrets.add(secret);
  const document = { client_id: sample.clientId, client_secret: secret };
  const file = await fileWith(JSON.stringify({ ...document, scope: 'openid' }));
  const scopeless = await fileWith(JSON.stringify(document));
  const describeSecret = (name: string, kind: 'client' | 'token') =>
    operator.client.send(
      new DescribeSecretCommand({ SecretId: operator.world.secretId(name, kind) }),
    );
  const tagsOf = async (name: string): Promise<Record<string, string>> => {
    const { Tags = [] } = await describeSecret(name, 'token');
    return Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
  };
  const names = (): readonly string[] =>
    operator.world.secretsManager.calls.flatMap(({ action, secretName, error }) =>
      action === 'CreateSecret' && error === undefined ? [secretName ?? ''] : [],
    );
  return { ...operator, file, scopeless, describeSecret, tagsOf, names };
}

describe('onboard', () => {
  it('creates both secrets, stores the credential, and waits for the token', async () => {
    const { cli, file, read, names } = await startWithFile();
    const { code, stdout, stderr } = await cli('onboard', 'fusion', file);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/✓ the token of fusion is there, good until /);
    expect(names()).toEqual([
      'ims-token-rotator/local/fusion/token',
      'ims-token-rotator/local/fusion/client',
    ]);
    expect((await read('fusion'))?.token).toMatchObject({ schema: 1, scope: 'openid' });
    expect(await cli('status')).toMatchObject({ code: 0 });
  });

  it('tags the settings, which stand in for scopes that the file lacks', async () => {
    const { cli, scopeless, read, tagsOf, describeSecret, world } = await startWithFile();
    const keyArn = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd';
    world.aws.account.keys.set(keyArn, { arn: keyArn, state: 'Enabled', manager: 'CUSTOMER' });
    const settings = ['--product', 'workfront-fusion', '--renew-before', 'PT8H', '--key', keyArn];
    expect(await cli('onboard', 'fusion', scopeless, ...settings)).toMatchObject({ code: 0 });
    expect(await tagsOf('fusion')).toMatchObject({
      'ims-token-rotator:product': 'workfront-fusion',
      'ims-token-rotator:renew-before': 'PT8H',
    });
    expect((await read('fusion'))?.token['scope']).toContain('additional_info');
    for (const kind of ['client', 'token'] as const) {
      expect(await describeSecret('fusion', kind)).toMatchObject({ KmsKeyId: keyArn });
    }
    const scopes = ['--scopes', 'openid, AdobeID'];
    expect(await cli('onboard', 'other', scopeless, ...scopes)).toMatchObject({ code: 0 });
    expect(await tagsOf('other')).toMatchObject({ 'ims-token-rotator:scopes': 'openid AdobeID' });
  });

  it('needs no deployment', async () => {
    const { cli, file, read } = await startWithFile({ eventRule: false });
    const { code, stdout } = await cli('onboard', 'fusion', file, '--rotator', 'later');
    expect(code).toBe(0);
    expect(stdout).toContain('no function is deployed yet, the token follows when there is one');
    expect(await read('fusion')).toBeUndefined();
  });

  it.each([
    ['bad settings', ['--product', 'x', '--scopes', 'y', '--renew-before', '8h'], 2],
    ['a scope too many for a tag', ['--scopes', 'x'.repeat(257)], 2],
  ])('creates nothing with %s', async (_, args, exitCode) => {
    const { cli, file, names } = await startWithFile();
    const { code, stderr } = await cli('onboard', 'fusion', file, ...args);
    expect(code).toBe(exitCode);
    expect(stderr).toMatch(/^ERR_USAGE /);
    expect(names()).toEqual([]);
  });

  it('creates nothing for a file that is no credential', async () => {
    const { cli, scopeless, names } = await startWithFile();
    expect(await cli('onboard', 'fusion', scopeless)).toMatchObject({ code: 1 });
    expect(names()).toEqual([]);
  });

  it('refuses a name that is taken, also one that is being deleted', async () => {
    const { cli, file, client, world } = await startWithFile();
    await cli('onboard', 'fusion', file);
    const taken = await cli('onboard', 'fusion', file);
    expect(taken.code).toBe(1);
    expect(taken.stderr).toContain(
      'ERR_CREDENTIAL_EXISTS there is ims-token-rotator/local/fusion/',
    );
    expect(taken.stderr).toContain('put-credential fusion FILE');
    await cli('offboard', 'fusion', '--yes');
    expect((await cli('onboard', 'fusion', file)).stderr).toContain('are scheduled for deletion');
    world.secretsManager.seed({ name: `${world.prefix}/half/token` });
    expect((await cli('onboard', 'half', file)).stderr).toContain(
      'aws secretsmanager create-secret --name ims-token-rotator/local/half/client',
    );
    const SecretId = world.secretId('half', 'token');
    await expect(client.send(new GetSecretValueCommand({ SecretId }))).rejects.toThrow();
  });

  it.each(['denied', 'reset', 'throttling'] as const)(
    'leaves nothing half done when the second secret cannot be made: %s',
    async (kind) => {
      const { cli, file, describeSecret, world } = await startWithFile();
      world.secretsManager.faults.inject(
        { kind },
        {
          when: ({ action, secretId }) =>
            action === 'CreateSecret' && /client$/.test(secretId ?? ''),
        },
      );
      const { code, stderr } = await cli('onboard', 'fusion', file);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^ERR_AWS_(DENIED|UNAVAILABLE) /);
      await expect(describeSecret('fusion', 'token')).rejects.toThrow("can't find");
    },
  );

  it('finishes on Ctrl-C what it has begun', async () => {
    const { begin, file, describeSecret, world } = await startWithFile({ eventRule: false });
    const created = (): number =>
      world.secretsManager.calls.filter(({ action }) => action === 'CreateSecret').length;
    world.secretsManager.faults.inject(
      { kind: 'latency', ms: 300 },
      { when: ({ action }) => action === 'CreateSecret' },
    );
    const onboarding = begin('onboard', 'fusion', file);
    while (created() === 0) await new Promise((resolve) => setImmediate(resolve));
    onboarding.signal('SIGINT');
    const { code, stderr } = await onboarding.exit();
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted: the credential is stored, and its token follows');
    expect(await describeSecret('fusion', 'client')).toMatchObject({
      VersionIdsToStages: expect.anything(),
    });
  });
});

describe('offboard', () => {
  it('says who read the token, and schedules the deletion of both secrets', async () => {
    const { cli, file, read, describeSecret, world } = await startWithFile();
    await cli('onboard', 'fusion', file);
    const reader = {
      username: 'reporting',
      arn: 'arn:aws:sts::111122223333:assumed-role/r/reporting',
    };
    world.aws.account.principals.set('local', reader);
    await read('fusion');
    const { code, stdout } = await cli('offboard', 'fusion', '--yes', '--recovery-days', '7');
    expect(code).toBe(0);
    const today = new Date().toISOString().slice(0, 10);
    expect(stdout).toContain(`The token was last read on ${today}.`);
    expect(stdout).toMatch(
      /arn:aws:sts::111122223333:assumed-role\/r\/reporting read it \d+ s ago: IN USE\./,
    );
    for (const kind of ['client', 'token'] as const) {
      const { DeletedDate } = await describeSecret('fusion', kind);
      const days = ((DeletedDate?.getTime() ?? 0) - Date.now()) / 86_400_000;
      expect(Math.round(days)).toBe(7);
      const restore = `restore-secret \\\n    --secret-id ${world.secretId('fusion', kind)}\n`;
      expect(stdout).toContain(restore);
    }
    expect(await cli('offboard', 'fusion', '--yes')).toMatchObject({ code: 1 });
  });

  it('finds a reader where CloudTrail does not know reads by the ARN', async () => {
    const { cli, world } = await startWithFile();
    for (const kind of ['client', 'token'] as const) {
      world.secretsManager.seed({ name: world.secretId('fusion', kind), secretString: '{}' });
    }
    const read = (secretId: string, who: string): void =>
      world.aws.account.recordEvent({
        eventName: 'GetSecretValue',
        eventSource: 'secretsmanager.amazonaws.com',
        at: Date.now() - 60_000,
        username: who,
        principalArn: `arn:aws:iam::111122223333:role/${who}`,
        accessKeyId: 'ASIAREADER',
        requestParameters: { secretId },
      });
    for (let index = 0; index < 60; index += 1) read('database/password', 'somebody-else');
    read(world.secretId('fusion', 'token'), 'reporting');
    const { stdout } = await cli('offboard', 'fusion', '--yes');
    expect(stdout).toMatch(/role\/reporting read it 1 min ago: IN USE\./);
    expect(stdout).not.toContain('somebody-else');
  });

  it('asks, and without somebody to ask does nothing', async () => {
    const { cli, file, describeSecret } = await startWithFile();
    await cli('onboard', 'fusion', file);
    const { code, stderr } = await cli('offboard', 'fusion');
    expect(code).toBe(2);
    expect(stderr).toBe('ERR_USAGE there is nobody to ask\n  → if you are sure: --yes\n');
    expect((await describeSecret('fusion', 'token')).DeletedDate).toBeUndefined();
  });

  it('tells JSON, and what it could not find out', async () => {
    const { cli, file } = await startWithFile({
      authorize: (action) => action !== 'cloudtrail:LookupEvents',
    });
    await cli('onboard', 'fusion', file);
    const { stdout } = await cli('offboard', 'fusion', '--yes', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'fusion',
      recovery_days: 30,
      readers: { unknown: 'you may not do cloudtrail:LookupEvents' },
    });
  });

  it('warns of a stack that declares the credential', async () => {
    const { cli, world } = await startWithFile();
    const tags = { 'aws:cloudformation:stack-name': 'Prod' };
    world.secretsManager.seed({ name: `${world.prefix}/fusion/client`, tags });
    world.secretsManager.seed({ name: `${world.prefix}/fusion/token`, tags });
    const { stdout } = await cli('offboard', 'fusion');
    expect(stdout).toContain('The stack Prod has made them: take the credential out of it first');
  });

  it('restores the one if the other cannot be deleted', async () => {
    const { cli, file, describeSecret, world } = await startWithFile();
    await cli('onboard', 'fusion', file);
    world.secretsManager.faults.inject(
      { kind: 'denied' },
      { when: ({ action, secretId }) => action === 'DeleteSecret' && isToken(secretId) },
    );
    const { code, stderr } = await cli('offboard', 'fusion', '--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_AWS_DENIED you may not do secretsmanager:DeleteSecret/);
    const restored = world.secretsManager.calls.filter(({ action }) => action === 'RestoreSecret');
    expect(restored.map(({ secretName }) => secretName)).toContain(
      world.secretId('fusion', 'client'),
    );
    for (const kind of ['client', 'token'] as const) {
      expect((await describeSecret('fusion', kind)).DeletedDate).toBeUndefined();
    }
  });

  it('says what is left, and how to mend it, if even that fails', async () => {
    const { cli, file, world } = await startWithFile();
    await cli('onboard', 'fusion', file);
    const { faults } = world.secretsManager;
    const when = ({ action, secretId }: Call): boolean =>
      (action === 'DeleteSecret' && isToken(secretId)) || action === 'RestoreSecret';
    faults.inject({ kind: 'denied' }, { when });
    const { code, stderr } = await cli('offboard', 'fusion', '--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_AWS_DENIED you may not do secretsmanager:DeleteSecret/);
    expect(stderr).toContain('could not be undone');
    expect(stderr).toContain(
      'aws secretsmanager restore-secret --secret-id ims-token-rotator/local/fusion/client',
    );
  });

  it('restores what was deleted though the answer to it was lost', async () => {
    const { cli, file, describeSecret, world } = await startWithFile();
    await cli('onboard', 'fusion', file);
    const when = ({ action, secretId }: Call): boolean =>
      action === 'DeleteSecret' && !isToken(secretId);
    world.secretsManager.faults.inject({ kind: 'reset-after' }, { when, times: 1 });
    // What the SDK's own retry is told, that it is deleted already.
    expect(await cli('offboard', 'fusion', '--yes')).toMatchObject({ code: 1 });
    for (const kind of ['client', 'token'] as const) {
      expect((await describeSecret('fusion', kind)).DeletedDate).toBeUndefined();
    }
  });

  it('leaves a client secret that lives elsewhere', async () => {
    const elsewhere = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:shared/adobe-AbCdEf';
    const { cli, client, world } = await startWithFile({
      environment: { IMS_TOKEN_ROTATOR_CLIENT_SECRETS: JSON.stringify({ fusion: elsewhere }) },
    });
    world.secretsManager.seed({ name: 'shared/adobe', arnSuffix: 'AbCdEf', secretString: '{}' });
    world.secretsManager.seed({ name: world.secretId('fusion', 'token'), secretString: '{}' });
    const { code, stdout } = await cli('offboard', 'fusion', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain('shared/adobe lives elsewhere, and stays');
    const shared = await client.send(new DescribeSecretCommand({ SecretId: elsewhere }));
    expect(shared.DeletedDate).toBeUndefined();
  });
});

describe('onboard, whatever happens,', () => {
  it.each(['client', 'token'] as const)(
    'leaves nothing when the answer to the creation of the %s secret is lost for good',
    async (kind) => {
      const { cli, file, describeSecret, world } = await startWithFile({ eventRule: false });
      const when = ({ action, secretId = '' }: Call): boolean =>
        action === 'CreateSecret' && secretId.endsWith(`/${kind}`);
      world.secretsManager.faults.inject({ kind: 'reset-after' }, { when });
      expect(await cli('onboard', 'fusion', file)).toMatchObject({ code: 1 });
      for (const one of ['client', 'token'] as const) {
        await expect(describeSecret('fusion', one)).rejects.toThrow("can't find");
      }
    },
  );

  it('creates nothing in a place that is only guessed', async () => {
    const { cli, file, names, world } = await startWithFile({
      environment: { IMS_TOKEN_ROTATOR_PREFIX: 'team/adobe' },
    });
    const when = ({ service, action }: { service: string; action: string }): boolean =>
      service === 'lambda' && action === 'ListFunctions';
    for (const kind of ['throttling', 'denied'] as const) {
      world.aws.faults.inject({ kind }, { when });
      const { code, stderr } = await cli('onboard', 'fusion', file, '--rotator', 'local');
      expect(code).toBe(1);
      expect(stderr).toMatch(/^ERR_AWS_/);
      if (kind === 'denied') expect(stderr).toContain('--prefix');
      world.aws.faults.clear();
    }
    expect(names()).toEqual([]);
  });

  it('is finished, and exits as it ended, though nobody reads what it prints', async () => {
    const { environment, file, describeSecret } = await startWithFile({ eventRule: false });
    const shell = (command: string) =>
      promisify(execFile)('bash', ['-c', command], { env: { ...process.env, ...environment } });
    const rotator = `${process.execPath} ${program}`;
    await shell(`set -o pipefail; ${rotator} onboard fusion ${file} --wait 0 | true`);
    for (const kind of ['client', 'token'] as const) await describeSecret('fusion', kind);
    await shell(`set -o pipefail; ${rotator} offboard fusion --yes | true`);
    for (const kind of ['client', 'token'] as const) {
      expect((await describeSecret('fusion', kind)).DeletedDate).toBeDefined();
    }
    await expect(
      shell(`set -o pipefail; ${rotator} onboard fusion ${file} | true`),
    ).rejects.toMatchObject({ code: 1 });
  });

  it('ends at once on Ctrl-C while it waits for a pipe, and creates nothing', async () => {
    const { begin, file, names, world } = await startWithFile();
    const pipe = `${file}.pipe`;
    await promisify(execFile)('mkfifo', ['-m', '600', pipe]);
    const onboarding = begin('onboard', 'fusion', pipe);
    const described = () =>
      world.secretsManager.calls.filter(({ action }) => action === 'DescribeSecret').length;
    while (described() < 2) await new Promise((resolve) => setImmediate(resolve));
    onboarding.signal('SIGINT');
    expect(await onboarding.exit()).toMatchObject({ code: 130 });
    expect(names()).toEqual([]);
  });

  it('shows no client secret that was taken for the client id', async () => {
    const { cli, names, secrets } = await startWithFile();
    const secret = 'p8e-0123456789abcdef0123456789abcdef';
    secrets.add(secret);
    const swapped = { client_id: secret, client_secret: 'an-id-0123456789', scope: 'openid' };
    const { code, stderr } = await cli(
      'onboard',
      'fusion',
      await fileWith(JSON.stringify(swapped)),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('client_id is a client secret: the two are swapped');
    expect(names()).toEqual([]);
  });
});

const isToken = (secretId = ''): boolean => /\/token(-\w{6})?$/.test(secretId);
