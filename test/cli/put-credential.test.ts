import { chown } from 'node:fs/promises';
import { DescribeSecretCommand, PutResourcePolicyCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import { fileWith, type Operator, registerClient, startOperator, until } from './operator.ts';

const forms = ['flat', 'upper case', 'project download', 'AEM'] as const;

function documentOf(form: (typeof forms)[number], id: string, secret: string): object {
  const scopes = ['openid', 'AdobeID'];
  switch (form) {
    case 'flat':
      return { client_id: id, client_secret: secret, scope: 'openid,AdobeID' };
    case 'upper case':
      return { CLIENT_ID: id, CLIENT_SECRETS: [secret], SCOPES: scopes };
    case 'project download':
      return {
        project: {
          org: { ims_org_id: 'ABC@AdobeOrg' },
          workspace: {
            details: {
              credentials: [
                { oauth_server_to_server: { client_id: id, client_secrets: [secret], scopes } },
              ],
            },
          },
        },
      };
    case 'AEM':
      return {
        ok: true,
        integration: {
          imsEndpoint: 'ims-na1.adobelogin.com',
          technicalAccount: { clientId: id, clientSecret: secret },
          scopes,
        },
      };
  }
}

/** A new client at IMS, and its credential in a file. */
async function newClient(operator: Operator, form: (typeof forms)[number] = 'flat') {
  const { clientId, secret } = registerClient(operator);
  const text = JSON.stringify(documentOf(form, clientId, secret));
  return { clientId, text, file: await fileWith(text) };
}

async function startWith(...names: readonly string[]): Promise<Operator> {
  const operator = await startOperator({ eventRule: true });
  for (const name of names) {
    await operator.onboard(name);
    await operator.world.secretsManager.idle();
    await operator.world.lambda.idle();
  }
  return operator;
}

/** Stores the credential of another client. @param wait seconds */
function put({ cli }: Operator, name: string, file: string, wait: string) {
  return cli('put-credential', name, file, '--yes', '--wait', wait);
}

describe('put-credential', () => {
  it.each([
    ['warns about a resource policy', true, (name: string) => `${name} has a resource policy`],
    [
      'needs no right to see one, and says so',
      false,
      (name: string) =>
        `whether ${name} has a resource policy, by which others may read it, is not known: not authorized to perform secretsmanager:GetResourcePolicy`,
    ],
  ])('%s: others may read what it stores', async (_, mayLook, warning) => {
    const operator = await startOperator({
      authorize: (action) => mayLook || action !== 'secretsmanager:GetResourcePolicy',
    });
    await operator.onboard('fusion');
    const { file } = await newClient(operator);
    const SecretId = operator.world.secretId('fusion', 'client');
    const ResourcePolicy = '{"Version":"2012-10-17","Statement":[]}';
    await operator.client.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy }));
    const { code, stderr } = await put(operator, 'fusion', file, '0');
    expect(code).toBe(0);
    expect(stderr.startsWith(`warning: ${warning(SecretId)}`), stderr).toBe(true);
  });

  it('warns about replicas of the client secret: others may read them', async () => {
    const operator = await startOperator();
    const name = operator.world.secretId('copied', 'client');
    const replicas = [{ Region: 'eu-west-1' }];
    operator.world.secretsManager.seed({ name, secretString: '{}', replicas });
    operator.world.secretsManager.seed({ name: operator.world.secretId('copied', 'token') });
    const { file } = await newClient(operator);
    const { code, stderr } = await put(operator, 'copied', file, '0');
    expect(code).toBe(0);
    expect(stderr).toContain(`warning: ${name} has replicas in other Regions, so that others may`);
  });

  it.each(forms)('accepts the form: %s', async (form) => {
    const operator = await startWith('fusion');
    const { clientId, file } = await newClient(operator, form);
    const { code, stdout, stderr } = await operator.cli('put-credential', 'fusion', file, '--yes');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`client_id       ${clientId}\n`);
    expect(stdout).toContain('client_secrets  p8e-… (36 characters)\n');
    expect(stdout).toContain('scopes          openid, AdobeID\n');
    expect(stdout).toMatch(/✓ the token of fusion is stored and expires at \S+Z\n$/);
    expect((await operator.read('fusion'))?.token).toMatchObject({ client_id: clientId });
  });

  it('reads the credential from stdin, and prints JSON', async () => {
    const operator = await startWith('fusion');
    const { clientId, text } = await newClient(operator);
    const { code, stdout } = await operator.cliWithInput(
      text,
      'put-credential',
      'fusion',
      '-',
      '--yes',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'fusion',
      stored: true,
      paused: false,
      credential: { client_id: clientId, client_secrets: ['p8e-… (36 characters)'] },
      expires_at: (await operator.read('fusion'))?.token['expires_at'],
    });
  });

  it('lists every problem by field, shows no value, and stores nothing', async () => {
    const operator = await startWith('fusion');
    const before = await operator.read('fusion');
    const wrong = 'p8e-wrong-0123456789';
    operator.secrets.add(wrong);
    const file = await fileWith(
      JSON.stringify({ client_id: 5, ims_host: 'x', client_secret: `${wrong} ` }),
    );
    const { code, stdout, stderr } = await operator.cli('put-credential', 'fusion', file, '--yes');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      `ERR_CREDENTIAL_INVALID ${file} is not a valid credential:`,
      '  client_id must be a string',
      '  ims_host must be a host name under .adobelogin.com, without https:// and path',
      '  scope is missing; give the scopes, or a product',
      '  the value has the fields client_id, ims_host, client_secret; a credential has client_id, client_secret and scope',
      '  → see the accepted forms in docs/reference.md, "Credential forms"',
      '',
    ]);
    expect(await operator.read('fusion')).toEqual(before);
    const writes = operator.world.secretsManager.calls.filter(
      ({ action, secretName }) => action === 'PutSecretValue' && secretName?.endsWith('/client'),
    );
    expect(writes).toEqual([]);
  });

  // Only root may give a file away, or read one like that.
  it.runIf(process.getuid?.() === 0)('warns about a file of another user', async () => {
    const operator = await startWith('fusion');
    const { text } = await newClient(operator);
    const foreign = await fileWith(text);
    await chown(foreign, 65_534, 65_534);
    const { code, stderr } = await operator.cli('put-credential', 'fusion', foreign, '--yes');
    expect(code).toBe(0);
    expect(stderr).toBe(
      `warning: ${foreign} belongs to another user of this machine, who can read it: delete it afterwards\n`,
    );
  });

  it('warns about a file that other users can read', async () => {
    const operator = await startWith('fusion');
    const { text } = await newClient(operator);
    const open = await fileWith(text, 0o644);
    const { code, stderr } = await operator.cli('put-credential', 'fusion', open, '--yes');
    expect(code).toBe(0);
    expect(stderr).toBe(
      `warning: other users of this machine can read ${open}: chmod 600 it, or delete it afterwards\n`,
    );
  });

  it('explains why IMS rejects the credential', async () => {
    const operator = await startWith('fusion');
    const { clientId, file } = await newClient(operator);
    operator.world.ims.removeClient(clientId);
    const { code, stderr } = await operator.cli('put-credential', 'fusion', file, '--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERR_TOKEN_REJECTED IMS rejects the client id or secret/);
    expect(stderr).toContain('put-credential fusion FILE');
  });

  it('gives up after --wait seconds, and says that the credential is stored', async () => {
    const operator = await startOperator();
    await operator.onboard('fusion');
    const { file } = await newClient(operator);
    const { code, stderr } = await put(operator, 'fusion', file, '1');
    expect(code).toBe(1);
    expect(stderr).toContain(
      'ERR_TOKEN_NOT_READY the credential is stored, but no token appeared within 1 s',
    );
    const unwaited = await put(operator, 'fusion', file, '0');
    expect(unwaited).toMatchObject({ code: 0 });
    expect(unwaited.stdout).toContain('stored; the token follows within seconds\n');
  });

  it('leaves the credential stored on Ctrl-C, and says so', async () => {
    const operator = await startOperator();
    const { clientId } = await operator.onboard('fusion');
    const { file, clientId: next } = await newClient(operator);
    const putting = operator.begin('put-credential', 'fusion', file, '--yes');
    await putting.printed(/storing it in/);
    await until(() =>
      operator.world.secretsManager.calls.some(({ action }) => action === 'PutSecretValue'),
    );
    putting.signal('SIGINT');
    const { code, stderr } = await putting.exit();
    expect(code).toBe(130);
    expect(stderr).toBe(
      'ERR_INTERRUPTED interrupted: the credential is stored, and its token follows\n',
    );
    await operator.invoke({ action: 'tick' });
    expect(next).not.toBe(clientId);
    expect((await operator.read('fusion'))?.token).toMatchObject({ client_id: next });
  });

  it('stores a paused credential, and says that it gets no token', async () => {
    const operator = await startWith('fusion');
    await operator.cli('pause', 'fusion');
    const { file } = await newClient(operator);
    const { code, stdout } = await operator.cli('put-credential', 'fusion', file, '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain(
      'stored; fusion is paused and gets no token until: ims-token-rotator resume fusion\n',
    );
  });

  it.each([
    ['a missing file without a terminal', ['fusion'], 2, 'ERR_USAGE no FILE given'],
    [
      'a file that does not exist',
      ['fusion', '/nowhere'],
      2,
      'ERR_USAGE cannot read /nowhere: ENOENT',
    ],
    ['a credential that does not exist', ['nope', '-'], 1, 'ERR_CREDENTIAL_NOT_FOUND there is no'],
    ['an invalid name', ['No Name', '-'], 2, 'ERR_USAGE "No Name" is not a credential name'],
  ])('rejects %s', async (_, args, exitCode, message) => {
    const operator = await startWith('fusion');
    const { code, stderr } = await operator.cliWithInput('{}', 'put-credential', ...args);
    expect(code).toBe(exitCode);
    expect(stderr).toContain(message);
  });
});

describe('the input of put-credential', () => {
  it('is rejected when it is larger than a secret, from stdin and from a file', async () => {
    const operator = await startWith('fusion');
    const text = ' '.repeat(70_000);
    const file = await fileWith(text);
    for (const exit of [
      await operator.cliWithInput(text, 'put-credential', 'fusion', '-'),
      await operator.cli('put-credential', 'fusion', file, '--yes'),
    ]) {
      expect(exit).toMatchObject({ code: 2, stdout: '' });
      expect(exit.stderr).toBe(
        'ERR_USAGE the credential has 70000 bytes; a secret holds at most 65536\n',
      );
    }
  });

  it('is no longer awaited after Ctrl-C', async () => {
    const operator = await startWith('fusion');
    operator.world.secretsManager.clearCalls();
    const reading = operator.begin('put-credential', 'fusion', '-');
    await until(() => operator.world.secretsManager.calls.length >= 2);
    reading.signal('SIGINT');
    expect(await reading.exit()).toEqual({
      code: 130,
      stdout: '',
      stderr: 'ERR_INTERRUPTED interrupted\n',
    });
  });
});

describe('pause and resume', () => {
  it('set the tag only when it changes', async () => {
    const operator = await startWith('fusion');
    const paused = async (): Promise<string | undefined> => {
      const { Tags = [] } = await operator.client.send(
        new DescribeSecretCommand({ SecretId: operator.world.secretId('fusion', 'token') }),
      );
      return Tags.find(({ Key }) => Key === tagKeys.paused)?.Value;
    };
    const first = await operator.cli('pause', 'fusion');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('fusion is paused');
    expect(await paused()).toBe('true');
    const again = await operator.cli('pause', 'fusion', '--json');
    expect(JSON.parse(again.stdout)).toEqual({ name: 'fusion', paused: true, changed: false });
    expect((await operator.cli('resume', 'fusion')).stdout).toContain('fusion is resumed');
    expect(await paused()).toBe('false');
    expect((await operator.cli('resume', 'fusion')).stdout).toBe('fusion is not paused\n');
    expect((await operator.cli('pause', 'nope')).stderr).toMatch(/^ERR_CREDENTIAL_NOT_FOUND /);
  });

  it('says that a credential is not proved while its budget of requests is used up', async () => {
    const operator = await startWith('fusion');
    for (const _ of [1, 2]) await operator.cli('renew', 'fusion', '--force');
    const { file } = await newClient(operator);
    const { code, stderr } = await put(operator, 'fusion', file, '2');
    expect(code).toBe(1);
    const said = stderr.replaceAll(/\s+/g, ' ');
    expect(said).toMatch(
      /^ERR_TOKEN_NOT_READY the credential is stored, and not yet proved at IMS; /,
    );
    expect(said).toMatch(/ nothing, if IMS accepts .*: ims-token-rotator doctor fusion --mint $/);
  });
});
