import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpServer, json } from '../../emulators/wire/http-server.ts';
import { RunningProcess } from '../support/run-process.ts';
import { fileWith, program, startOperator } from './operator.ts';

/** The lines of stderr that show an endpoint, once the command has ended. */
async function shown(command: RunningProcess): Promise<readonly string[]> {
  await command.exit();
  return command.stderr.split('\n').filter((line) => line.includes(' is called at '));
}

describe('an endpoint of AWS in the environment', () => {
  const at = (variable: string, url: string) => {
    const environment = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'operator',
      AWS_SECRET_ACCESS_KEY: 'operator',
      AWS_MAX_ATTEMPTS: '1',
      [variable]: url,
    };
    return new RunningProcess(program, ['status'], environment).exit();
  };

  it.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SECRETS_MANAGER', 'AWS_ENDPOINT_URL_LAMBDA'])(
    'in %s must be on this machine, or encrypted: requests to it carry secrets',
    async (variable) => {
      const { code, stderr } = await at(variable, 'http://10.0.0.1:4566');
      expect(code).toBe(1);
      expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
        `ERR_CONFIG_INVALID the environment is invalid: ${variable} must be an https URL, or one on loopback`,
      );
    },
  );

  it('is shown when it is used', async () => {
    const { stderr } = await at('AWS_ENDPOINT_URL', 'https://aws.invalid/path');
    expect(stderr).toContain('AWS_ENDPOINT_URL: AWS is called at https://aws.invalid');
  });

  it('is shown on this machine, too, where anybody may have its port by now', async () => {
    const { begin, world } = await startOperator();
    expect(await shown(begin('status', '--json'))).toEqual([
      `AWS_ENDPOINT_URL: AWS is called at ${world.aws.url}`,
    ]);
  });
});

it('no command runs while Node.js trusts every certificate', async () => {
  const { environment } = await startOperator();
  const trusting = { ...environment, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
  const { code, stderr } = await new RunningProcess(program, ['status'], trusting).exit();
  expect(code).toBe(1);
  expect(stderr).toContain('ERR_CONFIG_INVALID');
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
    'NODE_TLS_REJECT_UNAUTHORIZED must not be 0: trust a certificate authority instead',
  );
});

describe('an endpoint of AWS in the profile', () => {
  const elsewhere = 'http://10.0.0.1:4566';
  const services = (name: string, url: string) =>
    `[default]\nservices = mine\n[services mine]\n${name} =\n  endpoint_url = ${url}\n`;

  const withConfig = async (config: string, ...args: readonly string[]) => {
    const environment = {
      AWS_CONFIG_FILE: await fileWith(config),
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'operator',
      AWS_SECRET_ACCESS_KEY: 'operator',
      AWS_MAX_ATTEMPTS: '1',
    };
    const { code, stderr } = await new RunningProcess(program, args, environment).exit();
    return { code, stderr: stderr.replaceAll(/\s+/g, ' ') };
  };

  it.each([
    ['of all services', 'Secrets Manager', `[default]\nendpoint_url = ${elsewhere}\n`, []],
    [
      'of the profile that --profile names',
      'Secrets Manager',
      `[profile prod]\nendpoint_url = ${elsewhere}\n`,
      ['--profile', 'prod'],
    ],
    ['of Secrets Manager', 'Secrets Manager', services('secrets_manager', elsewhere), []],
    ['of Lambda', 'Lambda', services('lambda', elsewhere), []],
    ['of STS, which may give the credentials', 'STS', services('sts', elsewhere), []],
    ['of single sign-on, which may too', 'SSO OIDC', services('sso_oidc', elsewhere), []],
  ])('must be on this machine, or encrypted: %s', async (_, service, config, args) => {
    const { code, stderr } = await withConfig(config, 'status', ...args);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `ERR_CONFIG_INVALID the endpoint of ${service}, ${elsewhere}, must be an https URL, or one on loopback`,
    );
  });

  it('does not matter in a profile that is not used', async () => {
    const config = `[profile other]\nendpoint_url = ${elsewhere}\n`;
    const { stderr } = await withConfig(config, 'status', '--region', 'xx-nowhere-1');
    expect(stderr).not.toContain('ERR_CONFIG_INVALID');
  });

  it('is shown when it is used', async () => {
    const config = '[default]\nendpoint_url = https://aws.invalid/path\n';
    const { stderr } = await withConfig(config, 'status');
    expect(stderr).toContain('AWS profile: AWS is called at https://aws.invalid ');
  });

  it('is shown on this machine, too', async () => {
    const { world } = await startOperator();
    const { stderr } = await withConfig(`[default]\nendpoint_url = ${world.aws.url}\n`, 'status');
    expect(stderr).toContain(`AWS profile: AWS is called at ${world.aws.url} `);
    expect(world.aws.calls.length).toBeGreaterThan(0);
  });
});

describe("an endpoint of Adobe's in the environment", () => {
  const start = async () => {
    const operator = await startOperator();
    const { environment, world } = operator;
    environment['ADOBE_CONSOLE_ENDPOINT_URL'] = world.consoleApi.url;
    const aws = `AWS_ENDPOINT_URL: AWS is called at ${world.aws.url}`;
    const ims = `IMS_ENDPOINT_URL: IMS is called at ${world.ims.url}`;
    const api = `ADOBE_CONSOLE_ENDPOINT_URL: the Console is called at ${world.consoleApi.url}`;
    return { ...operator, aws, ims, api };
  };

  it.each(['doctor', 'leaked'])('is shown by %s, which may call there', async (command) => {
    const { begin, aws, ims, api } = await start();
    expect(await shown(begin(command, 'fusion', '--json'))).toEqual([aws, ims, api]);
  });

  it.each(['put-credential', 'onboard'])('is shown by %s --mint only', async (command) => {
    const { begin, aws, ims } = await start();
    const store = [command, 'fusion', await fileWith('{}'), '--dry-run'];
    expect(await shown(begin(...store, '--mint'))).toEqual([aws, ims]);
    expect(await shown(begin(...store))).toEqual([aws]);
  });
});

it.each([
  ['AWS_ENDPOINT_URL_SECRETS_MANAGER', { SecretList: [], NextToken: 'again' }],
  ['AWS_ENDPOINT_URL_LAMBDA', { Functions: [], NextMarker: 'again' }],
])('a list at %s that does not end is an error', async (variable, page) => {
  const { cli, environment } = await startOperator();
  const server = new HttpServer(() => json(200, page, { 'x-amzn-requestid': 'of AWS' }));
  await server.start();
  onTestFinished(() => server.stop());
  environment[variable] = server.url;
  const { stdout, stderr } = await cli('status');
  expect(`${stdout}${stderr}`.replaceAll(/\s+/g, ' ')).toContain(
    'AWS sends the same page of a list again and again',
  );
});
