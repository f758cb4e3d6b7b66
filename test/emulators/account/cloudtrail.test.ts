import {
  LookupEventsCommand,
  type LookupEventsCommandInput,
  paginateLookupEvents,
} from '@aws-sdk/client-cloudtrail';
import { describe, expect, it } from 'vitest';
import type { Account, TrailEvent } from '../../../emulators/account/account.ts';
import { now, startAws } from './start-aws.ts';

const dayMs = 24 * 60 * 60_000;
const secretArn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:a-AbCdEf';

function record(account: Account, more: Partial<TrailEvent> = {}): void {
  account.recordEvent({
    eventName: 'GetSecretValue',
    eventSource: 'secretsmanager.amazonaws.com',
    at: now,
    username: 'anna',
    principalArn: 'arn:aws:iam::111122223333:user/anna',
    accessKeyId: 'AKIAANNA',
    resourceName: secretArn,
    requestParameters: { secretId: 'a' },
    ...more,
  });
}

async function startWithEvents() {
  const world = await startAws();
  record(world.account, { at: now - 3000 });
  record(world.account, { at: now - 1000, username: 'app', accessKeyId: 'ASIAAPP' });
  record(world.account, { at: now - 2000, eventName: 'PutSecretValue' });
  record(world.account, { at: now, resourceName: `${secretArn}-2`, eventSource: 'other' });
  const lookUp = async (request: LookupEventsCommandInput) => {
    const { Events = [] } = await world.cloudtrail.send(new LookupEventsCommand(request));
    return Events.map(({ EventTime }) => (EventTime?.getTime() ?? 0) - now);
  };
  return { ...world, lookUp };
}

describe('LookupEvents', () => {
  it('returns who did what to which secret, without any value', async () => {
    const { account, cloudtrail } = await startAws();
    record(account, { at: now - 500, errorCode: 'AccessDenied' });
    const { Events = [] } = await cloudtrail.send(new LookupEventsCommand({}));
    expect(Events).toEqual([
      {
        EventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        EventName: 'GetSecretValue',
        EventSource: 'secretsmanager.amazonaws.com',
        EventTime: new Date(now - 1000),
        ReadOnly: 'true',
        AccessKeyId: 'AKIAANNA',
        Username: 'anna',
        Resources: [{ ResourceType: 'AWS::SecretsManager::Secret', ResourceName: secretArn }],
        CloudTrailEvent: expect.any(String),
      },
    ]);
    expect(JSON.parse(Events[0]?.CloudTrailEvent ?? '')).toMatchObject({
      userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/anna' },
      eventTime: new Date(now - 500).toISOString().replace(/\.\d+/, ''),
      eventName: 'GetSecretValue',
      awsRegion: 'us-east-1',
      errorCode: 'AccessDenied',
      requestParameters: { secretId: 'a' },
      responseElements: null,
      readOnly: true,
    });
  });

  it.each([
    ['everything, the newest first', [], [0, -1000, -2000, -3000]],
    ['by ResourceName', [['ResourceName', secretArn]], [-1000, -2000, -3000]],
    ['by EventName', [['EventName', 'PutSecretValue']], [-2000]],
    ['by AccessKeyId', [['AccessKeyId', 'ASIAAPP']], [-1000]],
    ['by Username', [['Username', 'anna']], [0, -2000, -3000]],
    ['by EventSource', [['EventSource', 'other']], [0]],
    ['by ReadOnly', [['ReadOnly', 'false']], [-2000]],
    ['by ResourceType', [['ResourceType', 'AWS::KMS::Key']], []],
  ] as const)('finds %s', async (_, attributes, times) => {
    const { lookUp } = await startWithEvents();
    const LookupAttributes = attributes.map(([AttributeKey, AttributeValue]) => ({
      AttributeKey,
      AttributeValue,
    }));
    expect(await lookUp({ LookupAttributes })).toEqual(times);
  });

  it('limits events to a time range, including both ends', async () => {
    const { lookUp } = await startWithEvents();
    const range = { StartTime: new Date(now - 2000), EndTime: new Date(now - 1000) };
    expect(await lookUp(range)).toEqual([-1000, -2000]);
  });

  it('drops events after 90 days', async () => {
    const { account, lookUp } = await startWithEvents();
    record(account, { at: now - 90 * dayMs });
    record(account, { at: now - 90 * dayMs - 1 });
    const EndTime = new Date(now - dayMs);
    expect(await lookUp({ StartTime: new Date(0), EndTime })).toEqual([-90 * dayMs]);
  });

  it('lists page by page while new events are recorded', async () => {
    const { account, cloudtrail } = await startWithEvents();
    const times: unknown[] = [];
    for await (const { Events = [] } of paginateLookupEvents(
      { client: cloudtrail, pageSize: 3 },
      {},
    )) {
      times.push(Events.map(({ EventTime }) => (EventTime?.getTime() ?? 0) - now));
      record(account, { at: now });
    }
    expect(times).toEqual([[0, -1000, -2000], [-3000]]);
  });

  it.each([
    [
      'two attributes',
      {
        LookupAttributes: [
          { AttributeKey: 'EventName' as const, AttributeValue: 'a' },
          { AttributeKey: 'Username' as const, AttributeValue: 'b' },
        ],
      },
      'InvalidLookupAttributesException',
    ],
    [
      'a range that ends before it begins',
      { StartTime: new Date(now), EndTime: new Date(0) },
      'InvalidTimeRangeException',
    ],
    ['no results', { MaxResults: 0 }, 'InvalidMaxResultsException'],
    ['too many results', { MaxResults: 51 }, 'InvalidMaxResultsException'],
    ['an unknown token', { NextToken: 'x' }, 'InvalidNextTokenException'],
  ])('rejects %s', async (_, request, name) => {
    const { lookUp } = await startWithEvents();
    await expect(lookUp(request)).rejects.toMatchObject({ name });
  });
});
