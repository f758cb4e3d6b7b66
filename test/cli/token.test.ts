import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { expectNoSecrets } from '../support/no-secrets.ts';
import { RunningProcess } from '../support/run-process.ts';
import { inSeconds, type Operator, program, startOperator } from './operator.ts';

/** An operator whose credential `fusion` has a token; what `token` prints may hold it. */
async function withToken() {
  const operator = await startOperator();
  await operator.onboard('fusion');
  await operator.invoke({ action: 'tick' });
  const stored = await operator.read('fusion');
  const token = String(stored?.token['access_token']);
  const print = (...args: readonly string[]) =>
    new RunningProcess(program, ['token', 'fusion', ...args], operator.environment).exit();
  return { operator, token, document: stored?.token ?? {}, print };
}

async function store({ client, world }: Operator, document: object | string): Promise<void> {
  const SecretString = typeof document === 'string' ? document : JSON.stringify(document);
  const SecretId = world.secretId('fusion', 'token');
  await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
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

  it('sets variables in a shell, whatever is in them', async () => {
    const { operator, token } = await withToken();
    const odd = `it's "odd" $HOME \`x\``;
    await store(operator, {
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

  it('gives a command what it needs: curl calls a product with the header', async () => {
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

  it('prints no token that has ended, but what is known of it', async () => {
    const { operator, print } = await withToken();
    const ended = {
      access_token: 'x'.repeat(40),
      issued_at: inSeconds(-90),
      expires_at: inSeconds(-60),
    };
    await store(operator, ended);
    const refused = await print('--header');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^ERR_TOKEN_EXPIRED the token of fusion ended 1 min ago\n/);
    const end = `${ended.expires_at}\n`;
    expect(await print('--field', 'expires_at')).toMatchObject({ code: 0, stdout: end });
  });

  it.each([
    ['nothing', undefined, 'ERR_TOKEN_NOT_READY there is no token'],
    ['something else', 'p8e-not-a-token-0123456789', 'ERR_TOKEN_NOT_READY what is in'],
    ['an object without a token', '{"a":1}', 'ERR_TOKEN_NOT_READY what is in'],
  ])('says that there is %s', async (_, value, message) => {
    const operator = await startOperator();
    await operator.onboard('fusion');
    if (value !== undefined) await store(operator, value);
    const { code, stdout, stderr } = await operator.cli('token', 'fusion');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expectNoSecrets(stderr, [value ?? '']);
  });

  it('wants one form, and a field that there is', async () => {
    const { print } = await withToken();
    expect(await print('--header', '--env')).toMatchObject({ code: 2, stdout: '' });
    const { code, stderr } = await print('--field', 'nope');
    expect(code).toBe(2);
    expect(stderr).toContain('the token has no field nope\n  it has access_token, schema');
  });

  it('asks nothing but the secret, if the rotator is named', async () => {
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
    const args = ['token', 'fusion', '--field', 'client_id', '--rotator', 'local'];
    expect(await operator.cli(...args)).toMatchObject({ code: 0 });
    expect(asked).toEqual(['secretsmanager:GetSecretValue']);
  });

  it('finds a rotator with a prefix of its own', async () => {
    const prefix = 'team/adobe';
    const operator = await startOperator({ environment: { IMS_TOKEN_ROTATOR_PREFIX: prefix } });
    const secretString = JSON.stringify({ access_token: 'x'.repeat(20), client_id: 'there' });
    operator.world.secretsManager.seed({ name: `${prefix}/fusion/token`, secretString });
    for (const how of [[], ['--rotator', 'local'], ['--prefix', prefix]]) {
      const { stdout } = await operator.cli('token', 'fusion', '--field', 'client_id', ...how);
      expect(stdout).toBe('there\n');
    }
  });

  it('says what a principal may not do', async () => {
    const operator = await startOperator({
      authorize: (action) => !action.endsWith(':GetSecretValue'),
    });
    const { code, stderr } = await operator.cli('token', 'fusion');
    expect(code).toBe(1);
    expect(stderr).toBe(
      'ERR_AWS_DENIED you may not do secretsmanager:GetSecretValue on ims-token-rotator/local/fusion/token\n' +
        '  → use a principal whose policies allow secretsmanager:GetSecretValue\n',
    );
  });
});
