import {
  ListSubscriptionsByTopicCommand,
  paginateListSubscriptionsByTopic,
} from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { startAws } from './start-aws.ts';

const TopicArn = 'arn:aws:sns:us-east-1:111122223333:alarms';

async function startWithTopic(endpoints: readonly string[]) {
  const world = await startAws();
  world.account.topics.add(TopicArn);
  for (const endpoint of endpoints) {
    const confirmed = !endpoint.startsWith('new');
    world.account.subscriptions.push({
      topicArn: TopicArn,
      protocol: 'email',
      endpoint,
      confirmed,
    });
  }
  return world;
}

describe('ListSubscriptionsByTopic', () => {
  it('returns confirmed and pending subscriptions', async () => {
    const { account, sns } = await startWithTopic(['a+b@example.com', 'new@example.com']);
    account.subscriptions.push({
      topicArn: `${TopicArn}-2`,
      protocol: 'email',
      endpoint: 'c@example.com',
      confirmed: true,
    });
    const command = new ListSubscriptionsByTopicCommand({ TopicArn });
    const { Subscriptions } = await sns.send(command);
    const subscription = { TopicArn, Protocol: 'email', Owner: '111122223333' };
    expect(Subscriptions).toEqual([
      {
        ...subscription,
        Endpoint: 'a+b@example.com',
        SubscriptionArn: expect.stringMatching(
          /:alarms:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
        ),
      },
      { ...subscription, Endpoint: 'new@example.com', SubscriptionArn: 'PendingConfirmation' },
    ]);
    expect((await sns.send(command)).Subscriptions).toEqual(Subscriptions);
  });

  it('returns an empty list for a topic without subscriptions', async () => {
    const { sns } = await startWithTopic([]);
    const { Subscriptions = [] } = await sns.send(
      new ListSubscriptionsByTopicCommand({ TopicArn }),
    );
    expect(Subscriptions).toEqual([]);
  });

  it('lists a hundred subscriptions per page', async () => {
    const endpoints = Array.from({ length: 201 }, (_, index) => `new-${index}@example.com`);
    const { sns } = await startWithTopic(endpoints);
    const sizes: number[] = [];
    for await (const page of paginateListSubscriptionsByTopic({ client: sns }, { TopicArn })) {
      sizes.push(page.Subscriptions?.length ?? 0);
    }
    expect(sizes).toEqual([100, 100, 1]);
  });

  it.each([
    ['a missing topic', { TopicArn: `${TopicArn}-2` }, 'NotFoundException', 404],
    ['an invalid ARN', { TopicArn: 'alarms' }, 'InvalidParameterException', 400],
    ['an unknown token', { TopicArn, NextToken: 'x' }, 'InvalidParameterException', 400],
    ['no topic', { TopicArn: undefined }, 'InvalidParameterException', 400],
  ])('rejects %s', async (_, request, name, httpStatusCode) => {
    const { sns } = await startWithTopic([]);
    await expect(sns.send(new ListSubscriptionsByTopicCommand(request))).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode },
    });
  });
});
