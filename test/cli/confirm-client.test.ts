import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { fileWith, type Operator, registerClient, startOperator } from './operator.ts';
import { inTerminal } from './terminal-session.ts';

/** A stored credential, and a file with that of another client. */
async function startTaken() {
  const operator = await startOperator();
  const { clientId: theirs } = await operator.onboard('fusion');
  const { clientId: mine, secret } = registerClient(operator);
  const file = await fileWith(
    JSON.stringify({ client_id: mine, client_secret: secret, scope: 'openid' }),
  );
  const put = ['put-credential', 'fusion', file, '--wait', '0'];
  return { operator, put, file, theirs, mine };
}

const writes = ({ world }: Operator): number =>
  world.secretsManager.calls.filter(({ action }) => action === 'PutSecretValue').length;

it('put-credential replaces the credential of another client only with --yes or an answer', async () => {
  const { operator, put, theirs, mine } = await startTaken();
  const before = writes(operator);
  const refused = await operator.cli(...put);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(`holds that of ${theirs}, and the new one is of ${mine}`);
  expect(refused.stderr).toContain('ERR_USAGE no terminal to ask for confirmation on');
  expect(refused.stderr).toContain('give --yes');
  expect(await operator.cli(...put, '--dry-run')).toMatchObject({ code: 0 });
  const question = 'Type fusion to continue';
  const declined = inTerminal(operator, ...put);
  await declined.answer(question, 'no\r');
  expect(await declined.exit()).toMatchObject({ code: 130 });
  expect(writes(operator)).toBe(before);
  const agreed = inTerminal(operator, ...put);
  await agreed.answer(question, 'fusion\r');
  expect(await agreed.exit()).toMatchObject({ code: 0 });
  expect(writes(operator)).toBe(before + 1);
  expect(await operator.cli(...put)).toMatchObject({ code: 0, stderr: '' });
});

it('put-credential asks before it sends the client secret to another host', async () => {
  const { operator, put, file } = await startTaken();
  expect(await operator.cli(...put, '--yes')).toMatchObject({ code: 0 });
  const document = JSON.parse(await readFile(file, 'utf8'));
  const ims_host = 'ims-na1-stg1.adobelogin.com';
  const other = await fileWith(JSON.stringify({ ...document, ims_host }));
  const before = writes(operator);
  const putOther = put.map((word) => (word === file ? other : word));
  const refused = await operator.cli(...putOther);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(`the client secret will be sent to ${ims_host}, where`);
  expect(refused.stderr).toContain('ERR_USAGE no terminal to ask for confirmation on');
  expect(await operator.cli(...putOther, '--dry-run')).toMatchObject({ code: 0 });
  expect(writes(operator)).toBe(before);
  const agreed = inTerminal(operator, ...putOther);
  await agreed.answer('Type fusion to continue', 'fusion\r');
  expect(await agreed.exit()).toMatchObject({ code: 0 });
  expect(writes(operator)).toBe(before + 1);
  expect(await operator.cli(...put, '--yes')).toMatchObject({ code: 0 });
});

it('put-credential replaces it with --yes, and asks nothing where the stored value is no credential', async () => {
  const { operator, put } = await startTaken();
  expect(await operator.cli(...put, '--yes')).toMatchObject({ code: 0 });
  const name = operator.world.secretId('other', 'client');
  operator.world.secretsManager.seed({ name, secretString: '{"user":"x"}' });
  operator.world.secretsManager.seed({ name: operator.world.secretId('other', 'token') });
  const [command = '', , ...rest] = put;
  expect(await operator.cli(command, 'other', ...rest)).toMatchObject({ code: 0 });
});

/** @param tags of the token secret */
async function putOver(
  stored: (id: string) => string,
  tags: Readonly<Record<string, string>> = {},
) {
  const { operator, put, theirs, mine } = await startTaken();
  const { world, cli } = operator;
  const secretString = stored(mine);
  world.secretsManager.seed({ name: world.secretId('other', 'client'), secretString });
  world.secretsManager.seed({ name: world.secretId('other', 'token'), tags });
  const [command = '', , ...rest] = put;
  return { ...(await cli(command, 'other', ...rest)), theirs, mine };
}

const half = { client_secret: 'p8e-half-0123456789' };

it.each<[string, object]>([
  ['without scopes', { client_id: 'c'.repeat(32), ...half }],
  // They look like client ids.
  ['that is a key of another API', { DATADOG_API_KEY: '9f86d081884c7d659a2feaa0c55ad015' }],
  ['that is a password', { client_id: 'Summer2026!Passw0rd' }],
])(
  'put-credential asks before it replaces half a credential, and does not show one %s',
  async (_, value) => {
    const { code, stdout, stderr, mine } = await putOver(() => JSON.stringify(value));
    expect(code).toBe(2);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      `warning: this replaces what may be half the credential of another client, which somebody else may be about to complete, in ims-token-rotator/local/other/client, and the new one is of ${mine}`,
    );
    for (const text of Object.values(value)) expect(stdout + stderr).not.toContain(text);
  },
);

it('put-credential shows the client id of a credential whose scopes are in a tag', async () => {
  const client_id = 'c'.repeat(32);
  const tags = { 'ims-token-rotator:scopes': 'openid' };
  const { code, stderr } = await putOver(() => JSON.stringify({ client_id, ...half }), tags);
  expect(code).toBe(2);
  expect(stderr).toContain(`holds that of ${client_id}, and the new one is of`);
});

it('put-credential asks nothing where half a credential is of the same client', async () => {
  const { code, stderr } = await putOver((id) =>
    JSON.stringify({ client_id: ` ${id}\n`, ...half }),
  );
  expect(stderr).not.toContain('another client');
  expect(code).toBe(0);
});

it('onboard of a taken name does not lead to overwriting it', async () => {
  const { operator, file } = await startTaken();
  const { code, stderr } = await operator.cli('onboard', 'fusion', file);
  expect(code).toBe(1);
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
    '→ choose another name; only if this credential is yours and has a new client secret: ims-token-rotator put-credential fusion FILE',
  );
});
