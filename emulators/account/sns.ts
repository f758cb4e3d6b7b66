import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { queryProtocol } from '../wire/aws-query.ts';
import { AwsError } from '../wire/errors.ts';
import { pageOf } from '../wire/page.ts';
import { text } from '../wire/request-schema.ts';
import type { Account, Subscription } from './account.ts';
import { type AwsService, operation } from './service.ts';

const pageSize = 100;

const listSubscriptionsByTopicRequest = v.object({
  TopicArn: text(1, 1024),
  NextToken: v.optional(text(1, 1024)),
});

export const sns: AwsService = {
  name: 'sns',
  protocol: queryProtocol('http://sns.amazonaws.com/doc/2010-03-31/'),
  operations: new Map([
    [
      'ListSubscriptionsByTopic',
      operation(
        listSubscriptionsByTopicRequest,
        ({ TopicArn }) => TopicArn,
        ({ account }, request) => listSubscriptionsByTopic(account, request),
      ),
    ],
  ]),
  errors: {
    AccessDeniedException: ['AuthorizationError', 403],
    InternalServiceError: ['InternalError', 500],
    ThrottlingException: ['Throttling', 400],
    ValidationException: ['InvalidParameter', 400],
  },
};

function listSubscriptionsByTopic(
  account: Account,
  { TopicArn, NextToken }: v.InferOutput<typeof listSubscriptionsByTopicRequest>,
): object {
  if (!/^arn:aws:sns:[^:]+:\d{12}:[A-Za-z0-9_-]+(\.fifo)?$/.test(TopicArn)) {
    throw new AwsError('InvalidParameter', 'Invalid parameter: TopicArn');
  }
  if (!account.topics.has(TopicArn)) throw new AwsError('NotFound', 'Topic does not exist', 404);
  const page = pageOf(
    account.subscriptions.filter(({ topicArn }) => topicArn === TopicArn),
    subscriptionArn,
    { size: pageSize, token: NextToken },
    () => new AwsError('InvalidParameter', 'Invalid parameter: NextToken'),
  );
  return {
    Subscriptions: page.items.map((subscription) => ({
      SubscriptionArn: subscription.confirmed
        ? subscriptionArn(subscription)
        : 'PendingConfirmation',
      Owner: account.id,
      Protocol: subscription.protocol,
      Endpoint: subscription.endpoint,
      TopicArn,
    })),
    NextToken: page.nextToken,
  };
}

/** The topic's ARN and a UUID that is always the same for the same subscription. */
function subscriptionArn({ topicArn, protocol, endpoint }: Subscription): string {
  const digest = createHash('sha256').update(`${topicArn} ${protocol} ${endpoint}`).digest('hex');
  const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})/.exec(digest)?.slice(1) ?? [];
  return `${topicArn}:${parts.join('-')}`;
}
