import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { environmentVariables } from '../../core/contract.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import { RunningProcess } from '../support/run-process.ts';
import { inSeconds, program, startOperator } from './operator.ts';
import { putToken, startHealthy } from './patient.ts';

/** An operator whose credential `fusion` has a token; `print` may print it. */
async function withToken() {
  const operator = await startHealthy();
  const stored = await operator.read('fusion');
  const token = String(stored?.token['access_token']);
  const print = (...args: readonly string[]) =>
    new RunningProcess(program, ['token', 'fusion', ...args], operator.environment).exit();
  return { operator, token, document: stored?.token ?? {}, print };
}

describe('token', () => {
  it('prints the token, a field, the header, or the whole document', async () => {
    const { print, token, document } = await withToken();
    expect(await print()).toEqual({ code: 0, stdout: `${token}\n`, stderr: '' });
    const header = `Authorization: Bearer ${token}\n`;
    expect(await print('--header')).toMatchObject({ code: 0, stdout: header });
    const end = `${document['expires_at']}\n`;
    expect(await print('--field', 'expires_at')).toMatchObject({ code: 0, stdout: end });
    expect(JSON.parse((await print('--json')).stdout)).toEqual(document);
  });

  it('exports variables to a shell, whatever their values contain', async () => {
    const { operator, token } = await withToken();
    const odd = `it's "odd" $HOME \`x\``;
    await putToken(operator, {
      access_token: token,
      client_id: odd,
      issued_at: inSeconds(-60),
      expires_at: inSeconds(600),
    });
    const { stdout } = await promisify(execFile)(
      'sh',
      [
        '-c',
        `eval "$(${process.execPath} ${program} token fusion --env)"; printf '%s\\n%s' "$IMS_ACCESS_TOKEN" "$IMS_CLIENT_ID"`,
      ],
      { env: { ...process.env, ...operator.environment } },
    );
    expect(stdout).toBe(`${token}\n${odd}`);
  });

  it.each([
    ['has no org_id', {}, 'token-of-reports-0123456789', 0],
    ['has expired', { expires_at: inSeconds(-60) }, '', 1],
    ['cannot be read', undefined, '', 1],
  ])('leaves nothing of another credential in a shell if the token %s', async (...row) => {
    const [, change, wanted, status] = row;
    const operator = await startHealthy();
    if (change !== undefined) {
      const token = { access_token: 'token-of-reports-0123456789', client_id: 'reports' };
      const secretString = JSON.stringify({ ...token, expires_at: inSeconds(600), ...change });
      operator.world.secretsManager.seed({
        name: operator.world.secretId('reports', 'token'),
        secretString,
      });
    }
    const print = `${process.execPath} ${program} token`;
    const show = `"$?|$IMS_ACCESS_TOKEN|\${IMS_CLIENT_ID-none}|\${IMS_ORG_ID-none}"`;
    const lines = [
      `eval "$(${print} fusion --env)"; test -n "$IMS_ORG_ID" || exit 3`,
      `eval "$(${print} reports --env)"; echo ${show}`,
      `set -e; eval "$(${print} reports --env)"; echo goes on`,
    ];
    const shell = promisify(execFile)('sh', ['-c', lines.join('\n')], {
      env: { ...process.env, ...operator.environment },
    });
    const { stdout } = await shell.catch((error: { readonly stdout: string }) => error);
    const client = status === 0 ? 'reports' : 'none';
    const end = status === 0 ? 'goes on\n' : '';
    expect(stdout).toBe(`${status}|${wanted}|${client}|none\n${end}`);
  });

  it('prints a header with which curl calls a product', async () => {
    const { operator, document } = await withToken();
    const { stdout } = await promisify(execFile)(
      'sh',
      [
        '-c',
        `${process.execPath} ${program} token fusion --header | curl -s -H @- -H 'x-api-key: ${document['client_id']}' -H 'x-organization-id: 1' -H 'x-gw-region: or2' ${operator.world.productApi.url}/api/v3/scenarios`,
      ],
      { env: { ...process.env, ...operator.environment } },
    );
    expect(JSON.parse(stdout)).toMatchObject({ items: [{}, {}] });
  });

  it('prints the fields of an expired token, but not the token', async () => {
    const { operator, print } = await withToken();
    const ended = {
      access_token: 'x'.repeat(40),
      issued_at: inSeconds(-90),
      expires_at: inSeconds(-60),
    };
    await putToken(operator, ended);
    const refused = await print('--header');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /^ERR_TOKEN_EXPIRED the token of fusion expired [1-9] min ago\n/,
    );
    const end = `${ended.expires_at}\n`;
    expect(await print('--field', 'expires_at')).toMatchObject({ code: 0, stdout: end });
  });

  it.each([undefined, 'never', 12_345, '2026-11-28 01:00:00'])(
    'warns that a token may have expired whose expires_at is %s',
    async (expires_at) => {
      const { operator, print, token } = await withToken();
      await putToken(operator, { access_token: token, expires_at } as Record<string, string>);
      const { code, stdout, stderr } = await print();
      expect({ code, stdout }).toEqual({ code: 0, stdout: `${token}\n` });
      expect(stderr).toBe(
        'warning: the stored token of fusion has no expires_at in RFC 3339: it may have expired\n',
      );
    },
  );

  it.each([
    ['nothing', undefined, 'ERR_TOKEN_NOT_READY there is no token'],
    ['something else', 'p8e-not-a-token-0123456789', 'ERR_TOKEN_NOT_READY the value of'],
    ['an object without a token', '{"a":1}', 'ERR_TOKEN_NOT_READY the value of'],
    [
      'a token with a header of somebody’s own after it',
      JSON.stringify({ access_token: 'x'.repeat(20).concat('\nX-HTTP-Method-Override: DELETE') }),
      'ERR_TOKEN_NOT_READY the value of',
    ],
  ])('rejects a token secret that holds %s', async (_, value, message) => {
    const operator = await startOperator();
    await operator.onboard('fusion');
    if (value !== undefined) await putToken(operator, value);
    const { code, stdout, stderr } = await operator.cli('token', 'fusion');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expectNoSecrets(stderr, [value ?? '']);
  });

  it('lists at most 20 fields, and none that could be a secret', async () => {
    const { operator, print, token } = await withToken();
    const names = Array.from({ length: 3_000 }, (_, index) => [`n${index}`, 1]);
    const secret = 'p8e-a-secret-in-place-of-a-name';
    await putToken(operator, { access_token: token, [secret]: 1, ...Object.fromEntries(names) });
    const { stderr } = await print('--field', 'nope');
    expect(stderr).toContain('choose one of access_token, (hidden), n0, n1,');
    expect(stderr.trim()).toMatch(/n17 and 2982 more$/);
    expectNoSecrets(stderr, [secret]);
  });

  it('rejects several forms at once, and a field that does not exist', async () => {
    const { print } = await withToken();
    expect(await print('--header', '--env')).toMatchObject({ code: 2, stdout: '' });
    const { code, stderr } = await print('--field', 'nope');
    expect(code).toBe(2);
    expect(stderr).toContain('the token has no field nope\n  → choose one of access_token, schema');
  });

  it('makes one call to AWS if the prefix is given', async () => {
    const asked: string[] = [];
    const operator = await startOperator({
      authorize: (action, _, context) => {
        if (String(context['aws:PrincipalArn']).includes(':user/')) asked.push(action);
        return true;
      },
    });
    await operator.onboard('fusion');
    await operator.invoke({ action: 'tick' });
    asked.length = 0;
    const args = ['token', 'fusion', '--field', 'client_id', '--prefix', operator.world.prefix];
    expect(await operator.cli(...args)).toMatchObject({ code: 0 });
    expect(asked).toEqual(['secretsmanager:GetSecretValue']);
  });

  it('finds a rotator with a custom prefix', async () => {
    const prefix = 'team/adobe';
    const operator = await startOperator({
      environment: { [environmentVariables.prefix]: prefix },
    });
    const secretString = JSON.stringify({ access_token: 'x'.repeat(20), client_id: 'there' });
    operator.world.secretsManager.seed({ name: `${prefix}/fusion/token`, secretString });
    for (const how of [[], ['--rotator', 'local'], ['--prefix', prefix]]) {
      const { stdout } = await operator.cli('token', 'fusion', '--field', 'client_id', ...how);
      expect(stdout).toBe('there\n');
    }
  });

  it('reads where the function says, and not a secret that somebody planted elsewhere', async () => {
    const operator = await startOperator({
      environment: { [environmentVariables.prefix]: 'team/adobe' },
    });
    const seed = (name: string, client_id: string) => {
      const secretString = JSON.stringify({ access_token: 'x'.repeat(20), client_id });
      operator.world.secretsManager.seed({ name, secretString });
    };
    seed('ims-token-rotator/local/fusion/token', 'planted');
    const args = ['token', 'fusion', '--rotator', 'local', '--field', 'client_id'];
    const { code, stdout, stderr } = await operator.cli(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^ERR_TOKEN_NOT_READY there is no token in team\/adobe\/fusion\/token\n/,
    );
    seed('team/adobe/fusion/token', 'genuine');
    expect(await operator.cli(...args)).toEqual({ code: 0, stdout: 'genuine\n', stderr: '' });
  });

  it('says what it reads where it may not list functions, and so assumes the prefix', async () => {
    const operator = await startOperator({
      authorize: (action) => action !== 'lambda:ListFunctions',
    });
    const secretString = JSON.stringify({ access_token: 'x'.repeat(20), client_id: 'there' });
    const name = 'ims-token-rotator/local/fusion/token';
    operator.world.secretsManager.seed({ name, secretString });
    for (const how of [[], ['--rotator', 'local']]) {
      expect(await operator.cli('token', 'fusion', '--field', 'client_id', ...how)).toEqual({
        code: 0,
        stdout: 'there\n',
        stderr: `reading ${name}: the standard prefix is assumed, because not authorized to perform lambda:ListFunctions; --prefix states it\n`,
      });
    }
    const stated = ['--prefix', 'ims-token-rotator/local', '--field', 'client_id'];
    expect(await operator.cli('token', 'fusion', ...stated)).toEqual({
      code: 0,
      stdout: 'there\n',
      stderr: '',
    });
  });

  it('assumes no prefix for a rotator that has no function', async () => {
    const operator = await startOperator();
    const name = 'ims-token-rotator/gone/fusion/token';
    const secretString = JSON.stringify({ access_token: 'x'.repeat(20), client_id: 'planted' });
    operator.world.secretsManager.seed({ name, secretString });
    const args = ['token', 'fusion', '--field', 'client_id'];
    const { code, stdout, stderr } = await operator.cli(...args, '--rotator', 'gone');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^ERR_FUNCTION_NOT_FOUND no function of the rotator gone is deployed/);
    expect(stderr).toContain('say where its secrets are: --prefix');
    const stated = await operator.cli(...args, '--prefix', 'ims-token-rotator/gone');
    expect(stated).toMatchObject({ code: 0, stdout: 'planted\n' });
  });

  it('names the permission that the principal lacks', async () => {
    const operator = await startOperator({
      authorize: (action) => !action.endsWith(':GetSecretValue'),
    });
    const { code, stderr } = await operator.cli('token', 'fusion');
    expect(code).toBe(1);
    expect(stderr).toBe(
      'ERR_AWS_DENIED not authorized to perform secretsmanager:GetSecretValue on ims-token-rotator/local/fusion/token\n' +
        '  → use a principal whose policies allow secretsmanager:GetSecretValue\n',
    );
  });
});
