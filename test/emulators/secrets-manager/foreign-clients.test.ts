import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, type TestContext } from 'vitest';
import { current, startEmulator } from './start-secrets-manager.ts';

const env = {
  ...process.env,
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_DEFAULT_REGION: 'us-east-1',
  // What this machine has set up for AWS must not matter.
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_PROFILE: undefined,
};

/** The first of these programs that does work: a shim on the PATH may exist without its package. */
function working(programs: string[], ...probe: string[]): string | undefined {
  return programs.find((program) => spawnSync(program, probe, { env }).status === 0);
}

const aws = working(['aws', '/usr/bin/aws'], '--version');
const python = working(['python3', '/usr/bin/python3'], '-c', 'import boto3');
const run = promisify(execFile);

/** Says aloud, and not only in the report, that something is not tested on this machine. */
function skip(context: TestContext, reason: string): void {
  process.stderr.write(`skipped: ${reason}\n`);
  context.skip(reason);
}

const boto3Script = `
import json, sys, boto3
client = boto3.client('secretsmanager', endpoint_url=sys.argv[1])
client.tag_resource(SecretId='token', Tags=[{'Key': 'client', 'Value': 'boto3'}])
client.put_secret_value(SecretId='token', SecretString='two')
row = client.list_secrets(Filters=[{'Key': 'name', 'Values': ['tok']}])['SecretList'][0]
described = client.describe_secret(SecretId=row['ARN'])
try:
    client.get_secret_value(SecretId='missing')
except client.exceptions.ResourceNotFoundException as error:
    missing = str(error)
print(json.dumps({
    'name': row['Name'],
    'tags': described['Tags'],
    'created': described['CreatedDate'].timestamp(),
    'value': client.get_secret_value(SecretId='token')['SecretString'],
    'previous': client.get_secret_value(SecretId='token', VersionStage='AWSPREVIOUS')['SecretString'],
    'missing': missing,
}))
`;

async function startWithToken() {
  const world = await startEmulator();
  await world.client.send(new CreateSecretCommand({ Name: 'token', SecretString: 'one' }));
  return world;
}

describe('with endpoint, Region and dummy keys alone', () => {
  it('the AWS CLI lists, describes, reads, puts and tags', async (context) => {
    if (aws === undefined) {
      return skip(context, 'the AWS CLI does not work here; Debian has it in the package awscli');
    }
    const { client, emulator } = await startWithToken();
    const call = async (...args: string[]) => {
      const endpoint = ['--endpoint-url', emulator.url, '--output', 'json'];
      const { stdout } = await run(aws, ['secretsmanager', ...args, ...endpoint], { env });
      return stdout === '' ? undefined : JSON.parse(stdout);
    };
    const filter = ['--filters', 'Key=name,Values=tok'];
    expect(await call('list-secrets', ...filter)).toMatchObject({
      SecretList: [{ Name: 'token' }],
    });
    const id = ['--secret-id', 'token'];
    await call('tag-resource', ...id, '--tags', 'Key=client,Value=cli');
    expect(await call('describe-secret', ...id)).toMatchObject({
      Tags: [{ Key: 'client', Value: 'cli' }],
    });
    await call('put-secret-value', ...id, '--secret-string', 'two');
    expect(await call('get-secret-value', ...id)).toMatchObject({ SecretString: 'two' });
    expect(await current(client)).toBe('two');
    await expect(call('get-secret-value', '--secret-id', 'missing')).rejects.toThrow(
      "(ResourceNotFoundException) when calling the GetSecretValue operation: Secrets Manager can't find the specified secret.",
    );
  });

  it('boto3 lists, describes, reads, puts and tags', async (context) => {
    if (python === undefined) {
      return skip(context, 'boto3 does not work here; Debian has it in the package python3-boto3');
    }
    const { clock, emulator } = await startWithToken();
    const { stdout } = await run(python, ['-c', boto3Script, emulator.url], { env });
    expect(JSON.parse(stdout)).toEqual({
      name: 'token',
      tags: [{ Key: 'client', Value: 'boto3' }],
      created: clock.ms / 1000,
      value: 'two',
      previous: 'one',
      missing: expect.stringContaining("Secrets Manager can't find the specified secret."),
    });
  });
});
