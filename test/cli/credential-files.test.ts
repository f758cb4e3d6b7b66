import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { encodings, filesOf } from '../support/credential-files.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { fileWith, type Operator, registerClient, startOperator } from './operator.ts';

const ways = Object.entries(encodings);
const forms = Object.keys(filesOf({ clientId: '', secret: '', scopes: [], orgId: '' }));

async function bytesIn(bytes: Buffer): Promise<string> {
  const file = join(await temporaryDirectory(), 'credential');
  await writeFile(file, bytes, { mode: 0o600 });
  return file;
}

function newClient(operator: Operator) {
  const { secret, ...client } = registerClient(operator);
  const content = { ...client, secret, orgId: String(client.orgId) };
  return { ...content, files: filesOf(content) };
}

/** The value of a client secret. */
async function storedIn({ client, world }: Operator, name: string): Promise<string> {
  const SecretId = world.secretId(name, 'client');
  return (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '';
}

const writes = ({ world }: Operator): readonly string[] =>
  world.secretsManager.calls.flatMap(({ action }) =>
    /^(Create|Put)/.test(action) ? [action] : [],
  );

describe.each([
  ['the first', forms.slice(0, 8)],
  ['the second', forms.slice(8, 16)],
  ['the last', forms.slice(16)],
])('%s forms of a credential file', (_, some) => {
  it('are stored in the documented form, from every encoding', async () => {
    const operator = await startOperator();
    for (const [index, form] of some.entries()) {
      const { files, clientId, secret, scopes, orgId } = newClient(operator);
      const [, encode] = ways[index % ways.length] ?? [];
      const file = await bytesIn(encode?.(files[form] ?? '') ?? Buffer.alloc(0));
      const name = `form-${index}`;
      const exit = await operator.cli('onboard', name, file, '--wait', '0');
      expect(exit, form).toMatchObject({ code: 0, stderr: '' });
      expect(exit.stdout, form).toContain(`client_id       ${clientId}\n`);
      // The Console's files have its own ids, too.
      const isOfConsole = /Console/.test(form) && !/Postman/.test(form);
      const { credential_id, console_org_id, ...stored } = JSON.parse(
        await storedIn(operator, name),
      );
      expect(credential_id, form).toBe(isOfConsole ? '451234' : undefined);
      expect([undefined, '23294']).toContain(console_org_id);
      const shown = ['credential_id', 'console_org_id'].map(
        (field) => new RegExp(`^  ${field} +(.+)$`, 'm').exec(exit.stdout)?.[1],
      );
      expect(shown, form).toEqual([credential_id, console_org_id]);
      expect(stored, form).toEqual({
        client_id: clientId,
        client_secrets: [secret],
        scopes,
        org_id: orgId,
        ims_host: 'ims-na1.adobelogin.com',
      });
    }
    const { error } = await operator.invoke({ action: 'tick' });
    expect(error).toBeUndefined();
  });
});

describe('onboard and put-credential', () => {
  it('show what they understood, and stop there with --dry-run', async () => {
    const operator = await startOperator();
    const { files, clientId, orgId, scopes } = newClient(operator);
    const file = await fileWith(files['the Postman environment of the Console'] ?? '');
    const { code, stdout } = await operator.cli('onboard', 'fusion', file, '--dry-run');
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      '  read_as         a Postman environment, "Fusion - Production"',
      `  client_id       ${clientId}`,
      '  client_secrets  p8e-… (36 characters)',
      `  scopes          ${scopes.join(', ')}`,
      `  org_id          ${orgId}`,
      '  ims_host        ims-na1.adobelogin.com',
      'it would be stored in ims-token-rotator/local/fusion/client, in account 111122223333, Region us-east-1',
      '',
    ]);
    expect(writes(operator)).toEqual([]);
    await operator.onboard('fusion');
    const before = writes(operator);
    expect((await operator.cli('put-credential', 'fusion', file, '--dry-run')).stdout).toContain(
      'it would be stored in ims-token-rotator/local/fusion/client, in account 111122223333, Region us-east-1\n',
    );
    const put = await operator.cli('put-credential', 'fusion', file, '--dry-run', '--json');
    expect(put.code).toBe(0);
    expect(JSON.parse(put.stdout)).toEqual({
      name: 'fusion',
      read_as: 'a Postman environment',
      credential: {
        client_id: clientId,
        client_secrets: ['p8e-… (36 characters)'],
        scopes,
        org_id: orgId,
        ims_host: 'ims-na1.adobelogin.com',
      },
      not_used: [],
      stored: false,
    });
    expect(writes(operator)).toEqual(before);
  });

  it('list the fields that they do not use', async () => {
    const operator = await startOperator();
    const { files } = newClient(operator);
    const file = await fileWith(files['an .env file with a prefix'] ?? '');
    const { stdout } = await operator.cli('onboard', 'fusion', file, '--dry-run');
    expect(stdout).toContain('  not_used        PORT, SESSION_SECRET\n');
  });

  it('prove the credential at IMS first, with --mint', async () => {
    const operator = await startOperator();
    const { files, clientId } = newClient(operator);
    const file = await fileWith(files['the documented form'] ?? '');
    const { code, stdout } = await operator.cli('onboard', 'fusion', file, '--mint', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /IMS issued a token of \d.*, which is not stored\nit would be stored in /,
    );
    expect(operator.world.ims.mintCount).toBe(1);
    operator.world.ims.removeClient(clientId);
    const refused = await operator.cli('onboard', 'fusion', file, '--mint');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^ERR_TOKEN_REJECTED .*; nothing was stored\n/);
    expect(refused.stderr.replaceAll(/\s+/g, ' ')).toContain(
      'compare the file with the credential in the Adobe Developer Console, then run this command again',
    );
    expect(writes(operator)).toEqual([]);
  });

  it('store the text of the file with --as-is, which the function reads too', async () => {
    const operator = await startOperator({ eventRule: true });
    const { files, clientId } = newClient(operator);
    const text = files['lines of an .env file'] ?? '';
    const file = await bytesIn(Buffer.from(`\uFEFF${text}`, 'utf16le'));
    expect(await operator.cli('onboard', 'fusion', file, '--as-is')).toMatchObject({ code: 0 });
    expect(await storedIn(operator, 'fusion')).toBe(text);
    expect((await operator.read('fusion'))?.token).toMatchObject({ client_id: clientId });
    const both = await operator.cli(
      'put-credential',
      'fusion',
      file,
      '--as-is',
      '--credential',
      'x',
    );
    expect(both).toMatchObject({ code: 2, stdout: '' });
    expect(both.stderr).toContain('ERR_USAGE --as-is stores the whole file');
  });

  it('store no file with --as-is whose characters they would change', async () => {
    const operator = await startOperator();
    const { files, secret } = newClient(operator);
    const latin1 = Buffer.from(`# für Fusion\n${files['lines of an .env file']}`, 'latin1');
    const file = await bytesIn(latin1);
    const { code, stderr } = await operator.cli('onboard', 'fusion', file, '--as-is');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ERR_USAGE \S+ holds U\+FFFD, or is not all UTF-8 or UTF-16/);
    expectNoSecrets(stderr, [secret]);
    expect(writes(operator)).toEqual([]);
    expect(await operator.cli('onboard', 'fusion', file, '--wait', '0')).toMatchObject({ code: 0 });
  });

  it('say that FILE is empty, as an unset variable makes it', async () => {
    const operator = await startOperator();
    await operator.onboard('fusion');
    for (const args of [
      ['onboard', 'reports'],
      ['put-credential', 'fusion'],
    ] as const) {
      const { code, stderr } = await operator.cli(...args, '');
      expect(code).toBe(2);
      expect(stderr).toContain('ERR_USAGE FILE is empty');
    }
  });

  it('choose one of several credentials by --credential', async () => {
    const operator = await startOperator();
    const [one, two] = [newClient(operator), newClient(operator)];
    const lines = [one, two].map(({ clientId, secret }, index) => {
      const prefix = ['FUSION', 'FIREFLY'][index];
      return `${prefix}_CLIENT_ID=${clientId}\n${prefix}_CLIENT_SECRET=${secret}\n`;
    });
    const file = await fileWith(`${lines.join('')}SCOPES=openid,AdobeID\n`);
    const unclear = await operator.cli('onboard', 'firefly', file);
    expect(unclear).toMatchObject({ code: 1, stdout: '' });
    expect(unclear.stderr).toContain(
      'the value holds 2 credentials: "FUSION", "FIREFLY"; choose one with --credential, or keep only one',
    );
    expect(writes(operator)).toEqual([]);
    const chosen = ['--credential', 'FIREFLY', '--wait', '0'];
    expect(await operator.cli('onboard', 'firefly', file, ...chosen)).toMatchObject({ code: 0 });
    expect(JSON.parse(await storedIn(operator, 'firefly'))).toMatchObject({
      client_id: two.clientId,
      scopes: ['openid', 'AdobeID'],
    });
  });

  it('say what an unknown file is, and name its fields without control characters', async () => {
    const operator = await startOperator();
    const secret = 'p8e-0123456789-abcdefghij';
    operator.secrets.add(secret);
    const json = JSON.stringify({ type: 'service_account', 'a\u001B[2J': secret, [secret]: 1 });
    const { code, stderr } = await operator.cli('onboard', 'fusion', await fileWith(json));
    expect(code).toBe(1);
    expect(stderr).toContain(
      '  the value is a Google service account key, not a credential of Adobe',
    );
    expect(stderr).toContain(
      '  the value has the fields type, a?[2J, (hidden); a credential has client_id, client_secret and scope',
    );
    const image = await bytesIn(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0, 0, 0, 0x0d]));
    const binary = await operator.cli('onboard', 'fusion', image);
    expect(binary.stderr).toContain('the value is not text, but an image');
  });

  it('find that a credential which is stored in another form is the same', async () => {
    const operator = await startOperator({ eventRule: true });
    const { files } = newClient(operator);
    const first = await fileWith(files['the documented form'] ?? '');
    expect(await operator.cli('onboard', 'fusion', first)).toMatchObject({ code: 0 });
    const again = await fileWith(files['a context of the CLI'] ?? '');
    expect(await operator.cli('put-credential', 'fusion', again)).toMatchObject({ code: 0 });
    expect(operator.world.ims.mintCount).toBe(1);
  });
});

describe('doctor', () => {
  it('reads a credential that is stored as SecretBinary', async () => {
    const operator = await startOperator();
    const { files, clientId } = newClient(operator);
    const SecretBinary = Buffer.from(files['camel case'] ?? '', 'utf16le');
    const Name = operator.world.secretId('fusion', 'client');
    await operator.client.send(new CreateSecretCommand({ Name, SecretBinary }));
    const { stdout } = await operator.cli('doctor', 'fusion');
    expect(stdout).toContain(`client ${clientId}, 1 secret`);
  });
});
