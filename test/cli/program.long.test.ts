import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { help } from '../../cli/help.ts';
import { environmentVariables } from '../../core/contract.ts';
import { hour } from '../support/builders.ts';
import { expectNoSecrets } from '../support/no-secrets.ts';
import { RunningProcess } from '../support/run-process.ts';
import { fileWith, program, seedCredential, startOperator } from './operator.ts';

const run = (...args: readonly string[]) => new RunningProcess(program, args).exit();

describe('the program', () => {
  it('lists its commands and exit codes in the help', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    for (const command of Object.keys(help)) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command}( |$)`, 'm'));
    }
    expect(stdout).toContain(
      'Exit codes: 0 success, 1 unhealthy or failed, 2 usage error, 130 after',
    );
  });

  it.each(Object.entries(help))('has help with examples for %s', async (command, { examples }) => {
    const { code, stdout, stderr } = await run(command, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('--json');
    for (const example of examples) expect(stdout).toContain(example);
  });

  it.each(Object.entries(help))('accepts its own examples of %s', async (_, { examples }) => {
    for (const example of examples) {
      // The words that a shell would pass, with --help so that nothing happens.
      const words = example.replace(/^.*?ims-token-rotator |[)"].*$| [<|].*$/g, '').split(' ');
      expect(await run(...words, '--help'), example).toMatchObject({ code: 0 });
    }
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await run('--version')).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  it.each([
    ['nothing', []],
    ['an unknown command', ['frobnicate']],
    ['an unknown option', ['status', '--frobnicate']],
    ['an invalid number', ['status', '--every', 'x']],
    ['a number that is too large', ['offboard', 'a', '--recovery-days', '31']],
    ['a missing argument', ['token']],
    ['a surplus argument', ['pause', 'a', 'b']],
  ])('exits with 2 for %s', async (_, args) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
    if (args.length === 0) return;
    const asJson = await run(...args, '--json');
    expect(asJson).toMatchObject({ code: 2, stderr: '' });
    expect(JSON.parse(asJson.stdout)).toMatchObject({ error: { code: 'ERR_USAGE' } });
  });

  it('exits with 0 when the reader of its output stops reading', async () => {
    const operator = await startOperator();
    for (let index = 0; index < 2_000; index += 1) {
      seedCredential(operator.world, `c${index}`, { expiresIn: 15 * hour });
    }
    const { code, stderr } = await new RunningProcess(
      '--eval',
      [
        `const { spawnSync } = require('node:child_process');
        const { status, stdout, stderr } = spawnSync('sh', ['-c', '"$0" "$1" status | head -n 1', process.execPath, '${program}'], { encoding: 'utf8' });
        process.stdout.write(stdout); process.stderr.write(stderr); process.exitCode = status;`,
      ],
      operator.environment,
    ).exit();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('a failed call to AWS', () => {
  it.each([
    [
      'a missing Region',
      { AWS_REGION: '' },
      'ERR_AWS_REGION no Region is set\n  → give --region, or set AWS_REGION\n',
      2,
    ],
    [
      'missing credentials',
      { AWS_ACCESS_KEY_ID: '' },
      /^ERR_AWS_CREDENTIALS no valid AWS credentials: CredentialsProviderError\n/,
      1,
    ],
    [
      'an unreachable endpoint',
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
      /^ERR_AWS_UNAVAILABLE no response to lambda:ListFunctions: ECONNREFUSED at 127\.0\.0\.1:9\n/,
      1,
    ],
  ])('is explained: %s', async (_, changed, message, exitCode) => {
    const operator = await startOperator();
    Object.assign(operator.environment, changed);
    const { code, stdout, stderr } = await operator.cli('status');
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    if (typeof message === 'string') expect(stderr).toBe(message);
    else expect(stderr).toMatch(message);
  });

  it('has a code for each kind of error, as JSON too', async () => {
    const operator = await startOperator();
    const { faults } = operator.world.secretsManager;
    const errors = [
      ['ThrottlingException', 400, 'ERR_AWS_UNAVAILABLE'],
      ['InternalServiceError', 500, 'ERR_AWS_UNAVAILABLE'],
      ['AccessDeniedException', 400, 'ERR_AWS_DENIED'],
      ['ExpiredTokenException', 400, 'ERR_AWS_CREDENTIALS'],
      ['UnrecognizedClientException', 400, 'ERR_AWS_CREDENTIALS'],
      ['InvalidParameterException', 400, 'ERR_AWS_REFUSED'],
    ] as const;
    for (const [type, status, expected] of errors) {
      const secret = 'p8e-secret-in-the-message-0123456789';
      faults.inject({ kind: 'error', type, status, message: secret });
      const { code, stdout } = await operator.cli('status', '--json');
      expect(code).toBe(1);
      const { error } = JSON.parse(stdout);
      expect(error.code, type).toBe(expected);
      if (expected !== 'ERR_AWS_CREDENTIALS') {
        expect(error.message).toContain('secretsmanager:ListSecrets');
      }
      expectNoSecrets(stdout, [secret]);
      faults.clear();
    }
  });
});

describe('the AWS SDK', () => {
  it('uses the profile and Region of the options', async () => {
    const operator = await startOperator();
    seedCredential(operator.world, 'fusion', { expiresIn: 15 * hour });
    const { AWS_REGION: _, AWS_ACCESS_KEY_ID: __, ...environment } = operator.environment;
    operator.environment['AWS_REGION'] = '';
    expect(await operator.cli('status', '--region', 'us-east-1')).toMatchObject({ code: 0 });
    const file = `/tmp/none-${process.pid}`;
    const child = new RunningProcess(program, ['status', '--profile', 'missing'], {
      ...environment,
      AWS_CONFIG_FILE: file,
    });
    const { code, stderr } = await child.exit();
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^ERR_AWS_(REGION|CREDENTIALS) /);
  });

  it('uses the Region, keys and endpoint of a profile', async () => {
    const operator = await startOperator();
    seedCredential(operator.world, 'fusion', { expiresIn: 15 * hour });
    const config = await fileWith(
      `[profile team]\nregion = us-east-1\naws_access_key_id = a\naws_secret_access_key = b\nendpoint_url = ${operator.world.aws.url}\n`,
    );
    const child = new RunningProcess(program, ['status', '--profile', 'team'], {
      AWS_CONFIG_FILE: config,
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    });
    const { code, stdout, stderr } = await child.exit();
    const called = `AWS profile: AWS is called at ${operator.world.aws.url}\n`;
    expect({ code, stderr }).toEqual({ code: 0, stderr: called });
    expect(stdout).toContain('local: 1 credential, 1 fresh');
  });
});

describe('the rotator', () => {
  it('is the only one in the account, or has to be named', async () => {
    const operator = await startOperator({ authorize: (action) => !action.startsWith('lambda:') });
    const none = await operator.cli('status');
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(/^ERR_ROTATOR_NOT_FOUND no rotator found in this account/);
    seedCredential(operator.world, 'fusion', { expiresIn: 15 * hour });
    expect((await operator.cli('status')).stdout).toContain('local: 1 credential');
    operator.world.secretsManager.seed({ name: 'ims-token-rotator/other/a/token' });
    const several = await operator.cli('status');
    expect(several.code).toBe(1);
    expect(several.stderr).toBe(
      'ERR_ROTATOR_AMBIGUOUS there are several rotators in this account and Region: local, other\n' +
        '  → name one: --rotator NAME\n',
    );
    expect(await operator.cli('status', '--rotator', 'local')).toMatchObject({ code: 0 });
    expect(await operator.cli('status', '--prefix', 'ims-token-rotator/local')).toMatchObject({
      code: 0,
    });
  });

  it('is found with two calls, however many secrets it has', async () => {
    const operator = await startOperator({ authorize: (action) => !action.startsWith('lambda:') });
    for (let index = 0; index < 150; index += 1) {
      operator.world.secretsManager.seed({ name: `ims-token-rotator/prod/c${index}/token` });
    }
    await operator.cli('renew', 'c1');
    expect(operator.world.secretsManager.calls.map(({ action }) => action)).toEqual([
      'ListSecrets',
      'ListSecrets',
    ]);
  });

  it('is found through its function, whatever its prefix', async () => {
    const operator = await startOperator({
      environment: { [environmentVariables.prefix]: 'team/adobe' },
    });
    operator.world.secretsManager.seed({ name: 'team/adobe/fusion/token' });
    const { stdout } = await operator.cli('status', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      rotator: 'local',
      credentials: [{ name: 'fusion', state: 'empty' }],
    });
  });

  it('is reported when its environment is invalid', async () => {
    const operator = await startOperator({
      environment: { [environmentVariables.tickSeconds]: 'often' },
    });
    const { code, stderr } = await operator.cli('status');
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_FUNCTION_FAILED rotator-local cannot run:');
  });
});
