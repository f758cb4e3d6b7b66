import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { awsCli, pythonWithBoto3, run } from '../../support/foreign-clients.ts';
import { current, startEmulator } from './start-secrets-manager.ts';

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

describe('with an endpoint, a Region and dummy keys', () => {
  it('the AWS CLI lists, describes, reads, puts and tags', async (context) => {
    const cli = awsCli(context);
    const { client, emulator } = await startWithToken();
    const call = async (...args: string[]) => {
      const endpoint = ['--endpoint-url', emulator.url, '--output', 'json'];
      const stdout = await run(cli, ['secretsmanager', ...args, ...endpoint]);
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
    const python = pythonWithBoto3(context);
    const { clock, emulator } = await startWithToken();
    const stdout = await run(python, ['-c', boto3Script, emulator.url]);
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
