import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { RunningProcess } from '../support/run-process.ts';

const run = promisify(execFile);

/** The lines that `npm run local` prints for pasting, as an environment. */
function pasted(stdout: string): Record<string, string> {
  const assignments = stdout.matchAll(/([A-Z][A-Z_]+)=(\S+)/g);
  return Object.fromEntries([...assignments].map(([, key, value]) => [key, value]));
}

async function startLocal(): Promise<{
  readonly local: RunningProcess;
  readonly environment: Record<string, string>;
}> {
  const local = new RunningProcess('local/local.ts');
  await local.printed(/"message":"renewed"/);
  return { local, environment: pasted(local.stdout) };
}

describe('npm run local', () => {
  it('renews a stored credential at once, serves any SDK, and stops on Ctrl-C', async () => {
    const { local, environment } = await startLocal();
    const client = new SecretsManagerClient({
      endpoint: environment['AWS_ENDPOINT_URL_SECRETS_MANAGER'] ?? '',
      region: environment['AWS_REGION'] ?? '',
      credentials: {
        accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
      },
    });
    const [, secretId = ''] = await local.printed(/--secret-id (\S+) --query/);
    const { SecretString = '' } = await client.send(
      new GetSecretValueCommand({ SecretId: secretId }),
    );
    client.destroy();
    expect(JSON.parse(SecretString)).toMatchObject({ schema: 1, token_type: 'bearer' });
    local.signal('SIGINT');
    expect(await local.exit()).toMatchObject({ code: 0, stderr: '' });
  });

  it('is used by the AWS CLI with the line that it prints', async (context) => {
    const version = await run('/usr/bin/aws', ['--version']).catch(() => undefined);
    if (version === undefined) context.skip('no AWS CLI: apt-get install awscli');
    const { local, environment } = await startLocal();
    const [, command = ''] = await local.printed(/aws (secretsmanager get-secret-value .*)\n/);
    const { stdout } = await run(
      '/usr/bin/aws',
      // An old CLI does not know the variable; what is printed says so.
      [
        '--endpoint-url',
        environment['AWS_ENDPOINT_URL_SECRETS_MANAGER'] ?? '',
        ...command.split(' '),
      ],
      { env: { ...environment, PATH: process.env['PATH'] } },
    );
    expect(JSON.parse(stdout)).toMatchObject({ schema: 1, token_type: 'bearer' });
  });

  it.each([
    ['a port that is none', ['--port', 'x'], '--port must be a number from 0 to 65532, not x'],
    ['an unknown option', ['--prot', '1'], "Unknown option '--prot'"],
  ])('ends with 2 for %s', async (_, args, message) => {
    const { code, stderr } = await new RunningProcess('local/local.ts', args).exit();
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
