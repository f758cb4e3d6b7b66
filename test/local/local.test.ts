import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { promisify } from 'node:util';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RunningProcess } from '../support/run-process.ts';

const run = promisify(execFile);

const token = 'ims-token-rotator/local/workfront-fusion/token';

/** What the printed `export` lines set. */
function exported(stdout: string): Record<string, string> {
  const lines = [...stdout.matchAll(/^ {2}export (.*)$/gm)].map(
    ([, assignments = '']) => assignments,
  );
  const pairs = lines.flatMap((line) => line.split(' ')).map((pair) => pair.split('='));
  return Object.fromEntries(pairs);
}

async function startLocal(args: readonly string[] = []) {
  const local = new RunningProcess('cli/main.ts', ['local', ...args]);
  await local.printed(/"message":"renewed"/);
  const environment = { ...exported(local.stdout), PATH: process.env['PATH'] ?? '' };
  return { local, environment: environment as Record<string, string> };
}

/** Whether the program works; if not, the test is skipped and says what to install. */
async function isMissing(command: string, args: string[], debianPackage: string): Promise<boolean> {
  const works = await run(command, args).then(
    () => true,
    () => false,
  );
  if (!works) process.stderr.write(`skipped, for want of Debian's package ${debianPackage}\n`);
  return !works;
}

describe('npm run local', () => {
  it('renews a stored credential at once, serves any SDK, and stops on Ctrl-C', async () => {
    const { local, environment } = await startLocal();
    const client = new SecretsManagerClient({
      endpoint: environment['AWS_ENDPOINT_URL'] ?? '',
      region: environment['AWS_REGION'] ?? '',
      credentials: {
        accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
      },
    });
    const value = await client.send(new GetSecretValueCommand({ SecretId: token }));
    client.destroy();
    expect(JSON.parse(value.SecretString ?? '')).toMatchObject({ schema: 1, token_type: 'bearer' });
    local.signal('SIGINT');
    expect(await local.exit()).toMatchObject({ code: 0, stderr: '' });
  });

  it('prints instructions of at most 80 columns, and commands that work as they are', async () => {
    const { local } = await startLocal();
    const instructions = local.stdout.slice(0, local.stdout.indexOf("The rotator's log"));
    const wide = instructions.split('\n').filter((line) => line.length > 80);
    expect(wide).toEqual([]);
    const [, doctor = ''] = await local.printed(/^ {2}npm run --silent rotator -- (doctor .*)$/m);
    await local.printed(/"message":"run".*"action":"tick"/);
    const look = new RunningProcess('cli/main.ts', doctor.split(' '), exported(local.stdout));
    expect(await look.exit()).toMatchObject({ code: 0, stderr: '' });
  });

  it('prints its addresses as a line of JSON', async () => {
    const { local } = await startLocal(['--json']);
    const { servers, environment } = JSON.parse(local.stdout.split('\n')[0] ?? '');
    expect(environment).toMatchObject({ AWS_ENDPOINT_URL: servers.aws });
    const invoked = await run('curl', [
      ...['-sd', '{"action":"status"}'],
      `${servers.lambda}/2015-03-31/functions/rotator-local/invocations`,
    ]);
    expect(JSON.parse(invoked.stdout)).toMatchObject({ action: 'status', managed: 1 });
  });

  it('is used by the AWS CLI with the environment that it prints', async (context) => {
    if (await isMissing('/usr/bin/aws', ['--version'], 'awscli')) context.skip('no awscli');
    const { local, environment } = await startLocal();
    const endpoint = environment['AWS_ENDPOINT_URL'] ?? '';
    const aws = async (...args: string[]): Promise<string> => {
      // Debian's CLI is older than the variable; what is printed says so.
      const all = ['--endpoint-url', endpoint, 'secretsmanager', ...args];
      return (await run('/usr/bin/aws', all, { env: environment })).stdout;
    };
    const read = ['get-secret-value', '--query', 'SecretString', '--output', 'text', '--secret-id'];
    expect(JSON.parse(await aws(...read, token))).toMatchObject({ schema: 1 });

    // Another credential, as the instructions say.
    const prefix = 'ims-token-rotator/local/another';
    const credential = await aws(...read, token.replace(/token$/, 'client'));
    await aws('create-secret', '--name', `${prefix}/token`);
    await aws('create-secret', '--name', `${prefix}/client`, '--secret-string', credential);
    await local.printed(/"message":"renewed".*"credential":"another"/);
    expect(JSON.parse(await aws(...read, `${prefix}/token`))).toMatchObject({ schema: 1 });
  });

  it('is used by boto3 with the environment that it prints', async (context) => {
    const probe = ['-c', 'import boto3'];
    if (await isMissing('/usr/bin/python3', probe, 'python3-boto3')) context.skip('no boto3');
    const { environment } = await startLocal();
    const script = `
import boto3, os
client = boto3.client('secretsmanager', endpoint_url=os.environ['AWS_ENDPOINT_URL'])
name = '${token}'
assert name in [row['Name'] for row in client.list_secrets()['SecretList']]
client.tag_resource(SecretId=name, Tags=[{'Key': 'team', 'Value': 'x'}])
assert {'Key': 'team', 'Value': 'x'} in client.describe_secret(SecretId=name)['Tags']
client.put_secret_value(SecretId=name, SecretString='by hand')
print(client.get_secret_value(SecretId=name)['SecretString'])
`;
    const { stdout } = await run('/usr/bin/python3', ['-c', script], { env: environment });
    expect(stdout).toBe('by hand\n');
  });

  it('ticks on its schedule', async () => {
    const { local } = await startLocal(['--tick', '1']);
    await local.printed(/("message":"run".*?"action":"tick".*?){2}/s);
  });

  it('says what is wrong with a port that is taken, and leaves nothing behind', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => {
      taken.close();
    });
    const { port } = taken.address() as AddressInfo;
    const args = ['--port', String(port)];
    const { code, stdout, stderr } = await new RunningProcess('cli/main.ts', [
      'local',
      ...args,
    ]).exit();
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toBe(`ERR_USAGE port ${port} is taken\n  → give another --port\n`);
  });

  it.each([
    ['a port that is none', ['--port', 'x'], 'It must be a whole number from 0 to 65531.'],
    ['a tick that is none', ['--tick', '0'], 'It must be a whole number from 1 to 86400.'],
    ['an unknown option', ['--prot', '1'], "unknown option '--prot'"],
  ])('ends with 2 for %s', async (_, args, message) => {
    const { code, stderr } = await new RunningProcess('cli/main.ts', ['local', ...args]).exit();
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
