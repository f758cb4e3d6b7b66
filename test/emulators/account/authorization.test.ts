import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { ListSubscriptionsByTopicCommand } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { startAws } from './start-aws.ts';

describe('a denied call', () => {
  it('is answered in the words of AWS and not carried out', async () => {
    const { aws, scheduler, sns } = await startAws({ authorize: () => false });
    await expect(scheduler.send(new ListSchedulesCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 403 },
    });
    const TopicArn = 'arn:aws:sns:us-east-1:111122223333:missing';
    await expect(sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).rejects.toMatchObject(
      {
        name: 'AuthorizationErrorException',
        message: expect.stringContaining(`on resource: ${TopicArn} because`),
      },
    );
    expect(aws.calls.map(({ error }) => error)).toEqual([
      'AccessDeniedException',
      'AuthorizationError',
    ]);
  });
});

it('reports an exception in authorize as an internal error and keeps it', async () => {
  const authorize = (): never => {
    throw new Error('no luck');
  };
  const { aws, kms } = await startAws({ authorize });
  await expect(kms.send(new DescribeKeyCommand({ KeyId: 'alias/a' }))).rejects.toMatchObject({
    name: 'KMSInternalException',
  });
  expect(aws.errors).toEqual([new Error('no luck')]);
});
