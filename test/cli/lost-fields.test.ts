import { expect, it } from 'vitest';
import { labelsOf } from '../support/start-rotating.ts';
import { startLeak, textOf } from './leak-world.ts';
import { fileWith, registerClient, startOperator } from './operator.ts';

const others = { private_key: 'of-another-team', db_password: 'hunter2hunter2' };
const words = (name: string, version: string | undefined): string =>
  `warning: the stored value of ${name} has fields that the new one will not have: private_key, db_password; ` +
  `they stay in the version ${version}, which becomes AWSPREVIOUS`;

it.each([
  [true, 'leaked names before it asks'],
  [false, 'leaked --token changes no client secret, and does not name'],
])('%s: %s the fields that the stored value has for others', async (isNamed) => {
  const leak = await startLeak();
  const SecretId = leak.world.secretId('fusion', 'client');
  await leak.put(JSON.stringify({ ...(await leak.clientDocument()), ...others }));
  const { AWSCURRENT } = await labelsOf(leak.client, SecretId);
  // Without a terminal, so that it stops there.
  const asked = await leak.answer({ yes: false, token: !isNamed });
  expect(asked.code).toBe(2);
  expect(textOf(asked).includes(words(SecretId, AWSCURRENT))).toBe(isNamed);
  const { code, stderr } = await leak.answer({ token: !isNamed });
  expect(code, stderr).toBe(0);
  const { AWSPREVIOUS } = await labelsOf(leak.client, SecretId);
  expect(AWSPREVIOUS === AWSCURRENT).toBe(isNamed);
  expect('db_password' in (await leak.clientDocument())).toBe(!isNamed);
});

it('put-credential names the fields of the stored value that neither FILE nor the documented form has', async () => {
  const leak = await startLeak();
  const SecretId = leak.world.secretId('fusion', 'client');
  const document = await leak.clientDocument();
  await leak.put(JSON.stringify({ ...document, ...others }));
  const { AWSCURRENT } = await labelsOf(leak.client, SecretId);
  const put = async (text: string, ...options: readonly string[]) => {
    const { code, stderr } = await leak.cli(
      ...['put-credential', 'fusion', await fileWith(text), '--wait', '0'],
      ...options,
    );
    return { code, stderr };
  };
  const all = JSON.stringify({ ...document, ...others });
  const named = { code: 0, stderr: `${words(SecretId, AWSCURRENT)}\n` };
  expect(await put(JSON.stringify(document), '--dry-run')).toEqual(named);
  expect(await put(all, '--dry-run', '--json')).toEqual(named);
  expect(await put(all, '--as-is', '--dry-run')).toEqual({ code: 0, stderr: '' });
  expect(await put(JSON.stringify(document))).toEqual(named);
  expect(await put(JSON.stringify(document))).toEqual({ code: 0, stderr: '' });
});

it('put-credential needs no right to read the stored value, and says that it does not know', async () => {
  const operator = await startOperator({
    authorize: (action, resource) =>
      action !== 'secretsmanager:GetSecretValue' || !resource.includes('/client'),
  });
  await operator.onboard('fusion');
  const { clientId, secret } = registerClient(operator);
  const file = await fileWith(
    JSON.stringify({ client_id: clientId, client_secret: secret, scope: 'openid' }),
  );
  const { code, stderr } = await operator.cli('put-credential', 'fusion', file, '--wait', '0');
  expect(code).toBe(0);
  expect(stderr).toContain(
    'warning: whether the stored value of ims-token-rotator/local/fusion/client has other fields, which the new one will not have, is not known: not authorized to perform secretsmanager:GetSecretValue',
  );
});
