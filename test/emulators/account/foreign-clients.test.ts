import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { now, startAws } from './start-aws.ts';

const env = {
  PATH: process.env['PATH'],
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_DEFAULT_REGION: 'us-east-1',
  // What this machine has set up for AWS must not matter.
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
};

/** The first that does work: a shim on the PATH may exist without its package. */
const cli = ['/usr/bin/aws', 'aws'].find(
  (program) => spawnSync(program, ['--version'], { env }).status === 0,
);

it('the AWS CLI asks services of each protocol', async (context) => {
  if (cli === undefined) {
    const reason = 'the AWS CLI does not work here; Debian has it in the package awscli';
    process.stderr.write(`skipped: ${reason}\n`);
    return context.skip(reason);
  }
  const { aws, account } = await startAws();
  const arn = account.arn('kms', 'key/11111111-2222-4333-8444-555555555555');
  account.keys.set(arn, { arn, state: 'Disabled', manager: 'CUSTOMER', aliases: ['alias/tokens'] });
  const call = async (command: string) => {
    const args = `${command} --endpoint-url ${aws.url} --output json`.split(' ');
    return JSON.parse((await promisify(execFile)(cli, args, { env })).stdout);
  };
  expect(await call('sts get-caller-identity')).toMatchObject({
    Arn: 'arn:aws:iam::111122223333:user/local',
  });
  expect(await call('kms describe-key --key-id alias/tokens')).toMatchObject({
    KeyMetadata: { Arn: arn, KeyState: 'Disabled' },
  });
  expect(await call('scheduler list-schedules')).toEqual({ Schedules: [] });
  const anna = { username: 'anna', principalArn: 'arn:aws:iam::111122223333:user/anna' };
  const eventSource = 'secretsmanager.amazonaws.com';
  const accessKeyId = 'AKIAANNA';
  account.recordEvent({ ...anna, eventName: 'GetSecretValue', eventSource, at: now, accessKeyId });
  expect(await call('cloudtrail lookup-events')).toMatchObject({ Events: [{ Username: 'anna' }] });
  await expect(call('kms describe-key --key-id alias/other')).rejects.toThrow(
    '(NotFoundException) when calling the DescribeKey operation: Alias',
  );
});
