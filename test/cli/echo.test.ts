import { describe, expect, it } from 'vitest';
import { printable, printableJson } from '../../cli/view/printable.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import { expectNoEcho } from './echoed.ts';
import { fileWith, registerClient, startOperator } from './operator.ts';

it('no command shows a client secret that IMS repeats in its description of an error', async () => {
  await expectNoEcho('error_description');
});

it('no command shows a client secret that AWS repeats as the name of its error', async () => {
  const operator = await startOperator();
  await operator.onboard('fusion');
  const { clientId, secret, scopes } = registerClient(operator);
  const document = { client_id: clientId, client_secret: secret, scope: scopes.join(' ') };
  const file = await fileWith(JSON.stringify(document));
  operator.world.secretsManager.faults.inject(
    { kind: 'error', type: secret.replaceAll(/[^A-Za-z0-9]/g, ''), message: secret },
    { when: ({ action }) => action === 'PutSecretValue' },
  );
  const { code, stderr } = await operator.cli(
    'put-credential',
    'fusion',
    file,
    '--wait',
    '0',
    '--yes',
  );
  expect(code).toBe(1);
  expect(stderr).toContain('AWS rejected secretsmanager:PutSecretValue');
  expect(stderr).toContain('unknown error');
});

it.each([
  ['a\u001b[31m'],
  ['status', '--a\u001b[31m'],
  ['put-credential', 'fusion', 'a\u001b[31m'],
])('no command sends its arguments to the terminal as they are: %j', async (...args) => {
  const operator = await startOperator();
  await operator.onboard('fusion');
  const { code, stderr } = await operator.cli(...args);
  expect(code).toBeGreaterThan(0);
  expect(stderr).toContain('a\uFFFD[31m');
  expect(stderr).not.toContain('\u001b');
});

describe('a client secret that is pasted in the place of something else', () => {
  const secret = 'p8e-Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5';

  it.each<readonly [...args: string[]]>([
    ['pause', secret],
    ['status', secret],
    ['doctor', secret, '--json'],
    ['onboard', secret, '-'],
    ['offboard', secret, '--yes'],
    [secret],
    [secret, '--json'],
    ['pause', 'fusion', secret],
    ['pause', 'fusion', `--client-secret=${secret}`],
    ['status', '--every', secret],
    ['status', '--rotator', secret],
    ['status', '--prefix', secret, '--json'],
    ['pause', 'fusion', '--function', secret],
    ['status', '--profile', secret],
    ['status', '--region', secret],
    ['put-credential', 'fusion', secret],
    ['doctor', 'fusion', '--api', secret],
    ['completion', `id\n${secret}`, '--json'],
    ['leaked', 'fusion', '--cache', `\t${secret}`, '--json'],
  ])('is not shown: %s', async (...args) => {
    const operator = await startOperator();
    operator.secrets.add(secret);
    const { code, stdout, stderr } = await operator.cli(...args);
    expect(code).toBeGreaterThan(0);
    expect(stdout + stderr).toMatch(/ERR_\w+/);
  });

  it.each([
    '7d1f9c52-3b6e-4a80-9f04-c2e8517ab6d3',
    'Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5',
    '{"client_id":"id","client_secret":"7d1f9c52-3b6e-4a80-9f04-c2e8517ab6d3"}',
  ])('is not shown in the place of FILE in an older form: %s', async (older) => {
    const operator = await startOperator();
    await operator.onboard('fusion');
    operator.secrets.add(older);
    for (const args of [
      ['put-credential', 'fusion', older],
      ['onboard', 'other', older],
    ]) {
      const { code, stderr } = await operator.cli(...args);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^ERR_USAGE cannot read FILE, which looks like a secret .*: ENOENT\n/);
    }
  });

  it.each([
    '/tmp/tmp.Zq7Kx2Lm9Vt4/7d1f9c52-3b6e-4a80-9f04-c2e8517ab6d3',
    './Zq7Kx2Lm9Vt4Rw1Yb8Nd3Hs5',
    'secrets/7d1f9c52-3b6e-4a80-9f04-c2e8517ab6d3.json',
    'acme-credential',
  ])('is not confused with the name of a file: %s', async (file) => {
    const operator = await startOperator();
    await operator.onboard('fusion');
    const { code, stderr } = await operator.cli('put-credential', 'fusion', file);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `ERR_USAGE cannot read ${file}: ENOENT\n`,
    });
  });

  it('is no part of a token, which is shown whole', () => {
    const token = 'eyJhbGciOiJSUzI1NiJ9.eyJ4IjoiMHp8e-AbCdEfGh.p8e-AbCdEfGhIj';
    expect(printable(`${token} "${secret}"`)).toBe(`${token} "(hidden)"`);
    expect(printableJson([token, secret])).toBe(JSON.stringify([token, '(hidden)']));
  });

  it.each(['\b', '\f', '\n', '\r', '\t', '\u001b', '\u0085', '"', '\\', ''])(
    'is hidden in JSON behind %j, also in a key, and in JSON within JSON',
    (before) => {
      const text = `${before}${secret}`;
      const nested = JSON.stringify({ [text]: text });
      expectNoSecrets(printableJson({ [text]: [text, nested] }), [secret]);
      expectNoSecrets(printable(text), [secret]);
    },
  );
});
