import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { ListSubscriptionsByTopicCommand } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { now, startAws } from './start-aws.ts';

const topicArn = 'arn:aws:sns:us-east-1:111122223333:alarms';
const nobody = (): never => {
  throw new Error('the fault should have come first');
};
const services = new Map([
  ['secretsmanager', nobody],
  ['lambda', nobody],
] as const);

/** An endpoint and one call of each service. */
async function startWithCalls() {
  const world = await startAws({ services });
  return {
    ...world,
    calls: {
      cloudtrail: () => world.cloudtrail.send(new LookupEventsCommand({})),
      cloudwatch: () => world.cloudwatch.send(new DescribeAlarmsCommand({})),
      kms: () => world.kms.send(new DescribeKeyCommand({ KeyId: 'alias/a' })),
      lambda: () => world.lambda.send(new InvokeCommand({ FunctionName: 'f' })),
      scheduler: () => world.scheduler.send(new ListSchedulesCommand({})),
      secretsmanager: () => world.secretsManager.send(new ListSecretsCommand({})),
      sns: () => world.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn })),
      sts: () => world.sts.send(new GetCallerIdentityCommand({})),
    } satisfies Record<string, () => Promise<unknown>>,
  };
}

describe('a fault', () => {
  it.each([
    ['cloudtrail', 'denied', 'AccessDeniedException', 400],
    ['cloudtrail', 'throttling', 'ThrottlingException', 400],
    ['cloudtrail', 'internal-error', 'InternalFailure', 500],
    ['cloudwatch', 'denied', 'AccessDeniedException', 400],
    ['cloudwatch', 'throttling', 'ThrottlingException', 400],
    ['cloudwatch', 'internal-error', 'InternalServiceFault', 500],
    ['kms', 'denied', 'AccessDeniedException', 400],
    ['kms', 'throttling', 'ThrottlingException', 400],
    ['kms', 'internal-error', 'KMSInternalException', 500],
    ['lambda', 'denied', 'AccessDeniedException', 403],
    ['lambda', 'throttling', 'TooManyRequestsException', 429],
    ['lambda', 'internal-error', 'ServiceException', 500],
    ['scheduler', 'denied', 'AccessDeniedException', 403],
    ['scheduler', 'throttling', 'ThrottlingException', 429],
    ['scheduler', 'internal-error', 'InternalServerException', 500],
    ['secretsmanager', 'denied', 'AccessDeniedException', 400],
    ['secretsmanager', 'throttling', 'ThrottlingException', 400],
    ['secretsmanager', 'internal-error', 'InternalServiceError', 500],
    ['sns', 'denied', 'AuthorizationErrorException', 403],
    ['sns', 'throttling', 'Throttling', 400],
    ['sns', 'internal-error', 'InternalErrorException', 500],
    ['sts', 'denied', 'AccessDenied', 403],
    ['sts', 'throttling', 'Throttling', 400],
    ['sts', 'internal-error', 'InternalFailure', 500],
  ] as const)(
    'of %s, %s, is answered with its error %s',
    async (service, kind, name, httpStatusCode) => {
      const { aws, calls } = await startWithCalls();
      aws.faults.inject({ kind });
      await expect(calls[service]()).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
      expect(aws.errors).toEqual([]);
    },
  );

  it('can be any other error, for example expired credentials', async () => {
    const { aws, sts } = await startAws();
    const message = 'The security token included in the request is expired';
    aws.faults.inject({ kind: 'error', type: 'ExpiredToken', message, status: 403 });
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'ExpiredToken',
      message,
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('can drop the connection of selected calls, a number of times', async () => {
    const { aws, calls } = await startWithCalls();
    aws.faults.inject(
      { kind: 'reset' },
      {
        times: 1,
        when: ({ service, action }) => `${service}:${action}` === 'sts:GetCallerIdentity',
      },
    );
    await calls.scheduler();
    await expect(calls.sts()).rejects.toMatchObject({ code: 'ECONNRESET' });
    await calls.sts();
  });

  it.each(['sts', 'sns'] as const)(
    'can lose the response of %s once it is carried out',
    async (name) => {
      const { aws, calls } = await startWithCalls();
      aws.faults.inject({ kind: 'reset-after' });
      await expect(calls[name]()).rejects.toMatchObject({ code: 'ECONNRESET' });
      // SNS has no such topic, which the caller does not learn.
      expect(aws.calls[0]?.error).toBe(name === 'sns' ? 'NotFound' : undefined);
    },
  );

  it('can delay a call, which then proceeds', async () => {
    const { aws, calls } = await startWithCalls();
    aws.faults.inject({ kind: 'latency', ms: 1 });
    expect(await calls.sts()).toMatchObject({ Account: '111122223333' });
  });

  it('stops delaying a call when the server stops', async () => {
    const { aws, calls } = await startWithCalls();
    const arrived = Promise.withResolvers<void>();
    const when = (): boolean => {
      arrived.resolve();
      return true;
    };
    aws.faults.inject({ kind: 'latency', ms: Number.MAX_SAFE_INTEGER }, { when });
    const hanging = calls.sts().catch(({ code }) => code);
    await arrived.promise;
    await aws.stop();
    expect(await hanging).toBeDefined();
    expect(aws.errors).toEqual([]);
  });

  it('appears in the record of calls', async () => {
    const { aws, calls } = await startWithCalls();
    aws.faults.inject({ kind: 'throttling' }, { times: 1 });
    await expect(calls.sns()).rejects.toThrow();
    await expect(calls.sns()).rejects.toThrow();
    expect(aws.calls).toEqual([
      { service: 'sns', action: 'ListSubscriptionsByTopic', error: 'Throttling' },
      { service: 'sns', action: 'ListSubscriptionsByTopic', error: 'NotFound' },
    ]);
  });
});

describe('the Date header', () => {
  it('shows the configured clock, and can be wrong on purpose', async () => {
    const { aws } = await startAws();
    const dateOf = async () => Date.parse((await fetch(aws.url)).headers.get('date') ?? '');
    expect(await dateOf()).toBe(now);
    aws.clockOffsetMs = -20 * 60_000;
    expect(await dateOf()).toBe(now - 20 * 60_000);
  });
});
