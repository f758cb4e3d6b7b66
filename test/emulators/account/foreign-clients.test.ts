import { expect, it } from 'vitest';
import { awsCli, run } from '../../support/foreign-clients.ts';
import { now, startAws } from './start-aws.ts';

it('the AWS CLI can call services of each protocol', async (context) => {
  const cli = awsCli(context);
  const { aws, account } = await startAws();
  const arn = account.arn('kms', 'key/11111111-2222-4333-8444-555555555555');
  account.keys.set(arn, { arn, state: 'Disabled', manager: 'CUSTOMER', aliases: ['alias/tokens'] });
  const call = async (command: string) => {
    const args = `${command} --endpoint-url ${aws.url} --output json`.split(' ');
    return JSON.parse(await run(cli, args));
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
