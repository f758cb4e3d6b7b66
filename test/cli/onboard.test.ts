import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DescribeSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { environmentVariables, tagKeys } from '../../core/contract.ts';
import type { Call } from '../../emulators/secrets-manager/fault.ts';
import type { WorldOptions } from '../../local/world.ts';
import { fileWith, program, registerClient, startOperator, until } from './operator.ts';
import { keyArn, setKey } from './patient.ts';

/** An operator with the credential of a registered client in a file. */
async function startWithFile(options: WorldOptions = {}) {
  const operator = await startOperator({ eventRule: true, ...options });
  const { clientId, secret } = registerClient(operator);
  const document = { client_id: clientId, client_secret: secret };
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
    expect(stdout).toMatch(/✓ the token of fusion is stored and expires at /);
    expect(names()).toEqual([
      'ims-token-rotator/local/fusion/token',
      'ims-token-rotator/local/fusion/client',
    ]);
    expect((await read('fusion'))?.token).toMatchObject({ schema: 1, scope: 'openid' });
    expect(await cli('status')).toMatchObject({ code: 0 });
  });

  it('tags the settings, which replace the scopes that the file lacks', async () => {
    const { cli, scopeless, read, tagsOf, describeSecret, world } = await startWithFile();
    setKey(world, 'Enabled');
    const settings = ['--product', 'workfront-fusion', '--renew-before', 'PT8H', '--key', keyArn];
    expect(await cli('onboard', 'fusion', scopeless, ...settings)).toMatchObject({ code: 0 });
    expect(await tagsOf('fusion')).toMatchObject({
      [tagKeys.product]: 'workfront-fusion',
      [tagKeys.renewBefore]: 'PT8H',
    });
    expect((await read('fusion'))?.token['scope']).toContain('additional_info');
    for (const kind of ['client', 'token'] as const) {
      expect(await describeSecret('fusion', kind)).toMatchObject({ KmsKeyId: keyArn });
    }
    const scopes = ['--scopes', 'openid, AdobeID'];
    expect(await cli('onboard', 'other', scopeless, ...scopes)).toMatchObject({ code: 0 });
    expect(await tagsOf('other')).toMatchObject({ [tagKeys.scopes]: 'openid AdobeID' });
  });

  it.each([
    ['--rotator', 'locall'],
    ['--prefix', 'ims-token-rotator/locall'],
    ['--function', 'rotator-locall'],
  ])('creates nothing where no function would read it: %s %s', async (...option) => {
    const { cli, file, names } = await startWithFile({ eventRule: false });
    for (const command of ['onboard', 'put-credential']) {
      const { code, stderr } = await cli(command, 'fusion', file, ...option);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^ERR_FUNCTION_NOT_FOUND no function of .*locall/);
    }
    expect(names()).toEqual([]);
  });

  it.each([
    ['invalid settings', ['--product', 'x', '--scopes', 'y', '--renew-before', '8h'], 2],
    ['scopes that do not fit a tag', ['--scopes', 'x'.repeat(257)], 2],
    ['an alias as the key', ['--key', 'alias/tokens'], 2],
    ['the ARN of an alias', ['--key', keyArn.replace('key/', 'alias/')], 2],
  ])('creates nothing with %s', async (_, args, exitCode) => {
    const { cli, file, names } = await startWithFile();
    const { code, stderr } = await cli('onboard', 'fusion', file, ...args);
    expect(code).toBe(exitCode);
    expect(stderr).toMatch(/^ERR_USAGE /);
    expect(names()).toEqual([]);
  });

  it('creates nothing for a file that is not a credential', async () => {
    const { cli, scopeless, names } = await startWithFile();
    expect(await cli('onboard', 'fusion', scopeless)).toMatchObject({ code: 1 });
    expect(names()).toEqual([]);
  });

  it('rejects a name that is taken, even if its secrets are scheduled for deletion', async () => {
    const { cli, file, client, world } = await startWithFile();
    await cli('onboard', 'fusion', file);
    const taken = await cli('onboard', 'fusion', file);
    expect(taken.code).toBe(1);
    expect(taken.stderr).toContain(
      'ERR_CREDENTIAL_EXISTS ims-token-rotator/local/fusion/client and ' +
        'ims-token-rotator/local/fusion/token exist already',
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
    'leaves no token secret in use when the second cannot be created: %s',
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
      expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
        'then run the same command again, which uses it',
      );
      const { DeletedDate } = await describeSecret('fusion', 'token');
      expect(Math.round(((DeletedDate?.getTime() ?? 0) - Date.now()) / 86_400_000)).toBe(7);
      await expect(describeSecret('fusion', 'client')).rejects.toThrow("can't find");
    },
  );

  it('finishes the creation that Ctrl-C interrupts', async () => {
    const { begin, file, describeSecret, world } = await startWithFile({ eventRule: false });
    const created = (): number =>
      world.secretsManager.calls.filter(({ action }) => action === 'CreateSecret').length;
    world.secretsManager.faults.inject(
      { kind: 'latency', ms: 300 },
      { when: ({ action }) => action === 'CreateSecret' },
    );
    const onboarding = begin('onboard', 'fusion', file);
    await until(() => created() > 0);
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
  it('shows who read the token, and schedules the deletion of both secrets', async () => {
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

  it('deletes nothing without a terminal to ask on', async () => {
    const { cli, file, describeSecret } = await startWithFile();
    await cli('onboard', 'fusion', file);
    const { code, stderr } = await cli('offboard', 'fusion');
    expect(code).toBe(2);
    expect(stderr).toBe(
      'ERR_USAGE no terminal to ask for confirmation on\n  → if you are sure, give --yes\n',
    );
    expect((await describeSecret('fusion', 'token')).DeletedDate).toBeUndefined();
  });

  it('prints JSON, with the reason why the readers are unknown', async () => {
    const { cli, file } = await startWithFile({
      authorize: (action) => action !== 'cloudtrail:LookupEvents',
    });
    await cli('onboard', 'fusion', file);
    const { stdout } = await cli('offboard', 'fusion', '--yes', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'fusion',
      recovery_days: 30,
      readers: { unknown: 'not authorized to perform cloudtrail:LookupEvents' },
    });
  });

  it('warns about a stack that declares the credential', async () => {
    const { cli, world } = await startWithFile();
    const tags = { 'aws:cloudformation:stack-name': 'Prod' };
    world.secretsManager.seed({ name: `${world.prefix}/fusion/client`, tags });
    world.secretsManager.seed({ name: `${world.prefix}/fusion/token`, tags });
    const { stdout } = await cli('offboard', 'fusion');
    expect(stdout).toContain('The stack Prod created them: remove the credential from it first');
  });

  it('restores one secret if the other cannot be deleted', async () => {
    const { cli, file, describeSecret, world } = await startWithFile();
    await cli('onboard', 'fusion', file);
    world.secretsManager.faults.inject(
      { kind: 'denied' },
      { when: ({ action, secretId }) => action === 'DeleteSecret' && isToken(secretId) },
    );
    const { code, stderr } = await cli('offboard', 'fusion', '--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_AWS_DENIED not authorized to perform secretsmanager:DeleteSecret/);
    const restored = world.secretsManager.calls.filter(({ action }) => action === 'RestoreSecret');
    expect(restored.map(({ secretName }) => secretName)).toContain(
      world.secretId('fusion', 'client'),
    );
    for (const kind of ['client', 'token'] as const) {
      expect((await describeSecret('fusion', kind)).DeletedDate).toBeUndefined();
    }
  });

  it('names the secret that it could not restore, with the command that does', async () => {
    const { cli, file, world } = await startWithFile();
    await cli('onboard', 'fusion', file);
    const { faults } = world.secretsManager;
    const when = ({ action, secretId }: Call): boolean =>
      (action === 'DeleteSecret' && isToken(secretId)) || action === 'RestoreSecret';
    faults.inject({ kind: 'denied' }, { when });
    const { code, stderr } = await cli('offboard', 'fusion', '--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_AWS_DENIED not authorized to perform secretsmanager:DeleteSecret/);
    expect(stderr).toContain('not everything could be undone');
    expect(stderr).toContain(
      'aws secretsmanager restore-secret --secret-id ims-token-rotator/local/fusion/client',
    );
  });

  it('goes on after a deletion whose response was lost', async () => {
    const { cli, file, describeSecret, world } = await startWithFile();
    await cli('onboard', 'fusion', file);
    const when = ({ action, secretId }: Call): boolean =>
      action === 'DeleteSecret' && !isToken(secretId);
    world.secretsManager.faults.inject({ kind: 'reset-after' }, { when, times: 1 });
    // The SDK retries, and the retry fails because the secret is deleted already.
    expect(await cli('offboard', 'fusion', '--yes')).toMatchObject({ code: 0 });
    for (const kind of ['client', 'token'] as const) {
      expect((await describeSecret('fusion', kind)).DeletedDate).toBeDefined();
    }
  });

  it('keeps a client secret outside the prefix', async () => {
    const elsewhere = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:shared/adobe-AbCdEf';
    const { cli, client, world } = await startWithFile({
      environment: { [environmentVariables.clientSecrets]: JSON.stringify({ fusion: elsewhere }) },
    });
    world.secretsManager.seed({ name: 'shared/adobe', arnSuffix: 'AbCdEf', secretString: '{}' });
    world.secretsManager.seed({ name: world.secretId('fusion', 'token'), secretString: '{}' });
    const { code, stdout } = await cli('offboard', 'fusion', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain('shared/adobe is imported and stays');
    const shared = await client.send(new DescribeSecretCommand({ SecretId: elsewhere }));
    expect(shared.DeletedDate).toBeUndefined();
  });
});

describe('onboard', () => {
  it.each(['client', 'token'] as const)(
    'recognises the %s secret that it created when every response is lost',
    async (kind) => {
      const { cli, file, describeSecret, world } = await startWithFile({ eventRule: false });
      const when = ({ action, secretId = '' }: Call): boolean =>
        action === 'CreateSecret' && secretId.endsWith(`/${kind}`);
      world.secretsManager.faults.inject({ kind: 'reset-after' }, { when });
      expect(await cli('onboard', 'fusion', file, '--wait', '0')).toMatchObject({ code: 0 });
      for (const one of ['client', 'token'] as const) {
        expect((await describeSecret('fusion', one)).DeletedDate).toBeUndefined();
      }
    },
  );

  it('creates nothing under a prefix that is only assumed', async () => {
    const { cli, file, names, world } = await startWithFile({
      environment: { [environmentVariables.prefix]: 'team/adobe' },
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

  it('finishes and exits by its result, even if nobody reads its output', async () => {
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

  it('exits at once on Ctrl-C while it waits for a pipe, and creates nothing', async () => {
    const { begin, file, names } = await startWithFile();
    const pipe = `${file}.pipe`;
    await promisify(execFile)('mkfifo', ['-m', '600', pipe]);
    const onboarding = begin('onboard', 'fusion', pipe);
    // A writer would end the wait of an open that blocks.
    await onboarding.opened(pipe);
    onboarding.signal('SIGINT');
    expect(await onboarding.exit()).toMatchObject({ code: 130 });
    expect(names()).toEqual([]);
  });

  it('reads a credential from a pipe that is written to later', async () => {
    const { begin, file, names } = await startWithFile();
    const pipe = `${file}.pipe`;
    const shell = promisify(execFile);
    await shell('mkfifo', ['-m', '600', pipe]);
    const onboarding = begin('onboard', 'fusion', pipe, '--wait', '0');
    await shell('/bin/sh', ['-c', 'cat "$1" > "$2"', 'sh', file, pipe]);
    expect(await onboarding.exit()).toMatchObject({ code: 0 });
    expect(names()).toHaveLength(2);
  });

  it('shows no client secret that was given as the client id', async () => {
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

  it('shows no client id that could be a client secret of another form', async () => {
    const { cli, secrets } = await startWithFile();
    const secret = 'h7Gq2mZx9TfLk4WpQ8Vn';
    secrets.add(secret);
    const swapped = JSON.stringify({ client_id: secret, client_secret: 'an-id', scope: 'openid' });
    const { code, stdout } = await cli('onboard', 'fusion', await fileWith(swapped), '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/client_id +\(hidden\)\n/);
  });
});

const isToken = (secretId = ''): boolean => /\/token(-\w{6})?$/.test(secretId);
