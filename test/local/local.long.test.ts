import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import { defaultPrefix, secretName } from '../../core/contract.ts';
import { sampleName } from '../../local/sample-credential.ts';
import { awsCli, pythonWithBoto3, run } from '../support/foreign-clients.ts';
import { RunningProcess } from '../support/run-process.ts';

const prefix = defaultPrefix('local');
const token = secretName(prefix, sampleName, 'token');

/** The variables of the printed `export` lines. */
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

  it('serves its console, whose address it prints first', async () => {
    const { local } = await startLocal();
    const [address = ''] = local.stdout.split('\n');
    const { status, headers } = await fetch(address, { redirect: 'manual' });
    expect(status).toBe(303);
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
    const stream = await fetch(new URL('/api/fleet/events', address), { headers: { cookie } });
    let text = '';
    for await (const chunk of stream.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes(`"name":"${sampleName}"`)) break;
    }
    expect(text).toContain('"allowsActions":true');
    local.signal('SIGINT');
    expect(await local.exit()).toMatchObject({ code: 0, stderr: '' });
  });

  it('prints instructions of at most 80 columns, with commands that work as printed', async () => {
    const { local } = await startLocal();
    const end = local.stdout.indexOf("The rotator's log");
    // The address of the console has a long key.
    const instructions = local.stdout.slice(local.stdout.indexOf('\n'), end);
    const wide = instructions.split('\n').filter((line) => line.length > 80);
    expect(wide).toEqual([]);
    const [, doctor = ''] = await local.printed(/^ {2}npm run --silent rotator -- (doctor .*)$/m);
    await local.printed(/"message":"run".*"action":"tick"/);
    const look = new RunningProcess('cli/main.ts', doctor.split(' '), exported(local.stdout));
    expect(await look.exit()).toMatchObject({ code: 0, stderr: '' });
  });

  it('prints its addresses as one line of JSON with --json', async () => {
    const { local } = await startLocal(['--json']);
    const { console, servers, environment } = JSON.parse(local.stdout.split('\n')[0] ?? '');
    expect((await fetch(console, { redirect: 'manual' })).status).toBe(303);
    expect(environment).toMatchObject({
      AWS_ENDPOINT_URL: servers.aws,
      IMS_ENDPOINT_URL: servers.ims,
      ADOBE_CONSOLE_ENDPOINT_URL: servers.console_api,
    });
    const refusal = await run('curl', ['-s', `${servers.console_api}/console`]);
    expect(JSON.parse(refusal)).toMatchObject({ title: 'ErrMissingOauthToken' });
    const invoke = async (...args: string[]): Promise<unknown> => {
      const url = `${servers.lambda}/2015-03-31/functions/rotator-local/invocations`;
      return JSON.parse(await run('curl', ['-sd', '{"action":"status"}', ...args, url]));
    };
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = environment;
    const signed = ['--aws-sigv4', 'aws:amz:us-east-1:lambda', '--user', `${id}:${secret}`];
    expect(await invoke(...signed)).toMatchObject({ action: 'status', managed: 1 });
    expect(await invoke()).not.toHaveProperty('managed');
  });

  it('serves the AWS CLI with the printed environment', async (context) => {
    const cli = awsCli(context);
    const { local, environment } = await startLocal();
    const endpoint = environment['AWS_ENDPOINT_URL'] ?? '';
    const aws = async (...args: string[]): Promise<string> => {
      // Debian's CLI is older than AWS_ENDPOINT_URL, as the instructions say.
      return await run(cli, ['--endpoint-url', endpoint, 'secretsmanager', ...args], environment);
    };
    const read = ['get-secret-value', '--query', 'SecretString', '--output', 'text', '--secret-id'];
    expect(JSON.parse(await aws(...read, token))).toMatchObject({ schema: 1 });

    // As in the printed instructions.
    const [another, client] = (['token', 'client'] as const).map((kind) =>
      secretName(prefix, 'another', kind),
    ) as [string, string];
    const credential = await aws(...read, secretName(prefix, sampleName, 'client'));
    await aws('create-secret', '--name', another);
    await aws('create-secret', '--name', client, '--secret-string', credential);
    await local.printed(/"message":"renewed".*"credential":"another"/);
    expect(JSON.parse(await aws(...read, another))).toMatchObject({ schema: 1 });
  });

  it('raises an alarm by hand, mails it, and clears it after the next evaluation', async (context) => {
    const cli = awsCli(context);
    const { local, environment } = await startLocal(['--tick', '2']);
    const set = ['--alarm-name', 'rotator-local-failing', '--state-value', 'ALARM'];
    const endpoint = ['--endpoint-url', environment['AWS_ENDPOINT_URL'] ?? ''];
    const reason = ['--state-reason', 'delivery check'];
    await run(cli, [...endpoint, 'cloudwatch', 'set-alarm-state', ...set, ...reason], environment);
    await local.printed(
      /mail to oncall@example.com: ALARM: "rotator-local-failing": delivery check/,
    );
    await local.printed(/mail to oncall@example.com: OK: "rotator-local-failing"/);
  });

  it('serves boto3 with the printed environment', async (context) => {
    const python = pythonWithBoto3(context);
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
    expect(await run(python, ['-c', script], environment)).toBe('by hand\n');
  });

  it('lets a script of ten lines call the product API through a renewal without a 401', async () => {
    const { local } = await startLocal(['--json']);
    const { console, servers, environment } = JSON.parse(local.stdout.split('\n')[0] ?? '');
    expect((await fetch(console, { redirect: 'manual' })).status).toBe(303);
    const args = [token, servers.product_api];
    const consumer = new RunningProcess('test/local/consumer.mjs', args, environment);
    await consumer.printed(/\n/);
    const renew = ['renew', sampleName, '--force'];
    const renewal = await new RunningProcess('cli/main.ts', renew, environment).exit();
    expect(renewal).toMatchObject({ code: 0, stderr: '' });
    const { stdout, stderr } = await consumer.exit();
    expect(new Set(stdout.trim().split('\n'))).toEqual(new Set(['200']));
    expect(stderr).toBe('');
  });

  it('ticks on its schedule', async () => {
    const { local } = await startLocal(['--tick', '1']);
    await local.printed(/("message":"run".*?"action":"tick".*?){2}/s);
  });

  it('exits with 2 if the port is taken', async () => {
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
    ['an invalid port', ['--port', 'x'], 'It must be a whole number from 0 to 65529.'],
    ['an invalid tick', ['--tick', '0'], 'It must be a whole number from 1 to 86400.'],
    ['an unknown option', ['--prot', '1'], "unknown option '--prot'"],
  ])('exits with 2 for %s', async (_, args, message) => {
    const { code, stderr } = await new RunningProcess('cli/main.ts', ['local', ...args]).exit();
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
