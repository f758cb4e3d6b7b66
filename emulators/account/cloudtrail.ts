import * as v from 'valibot';
import { jsonProtocol } from '../wire/aws-json.ts';
import { AwsError } from '../wire/errors.ts';
import { pageOf } from '../wire/page.ts';
import { oneOf, text } from '../wire/request-schema.ts';
import type { Account, KeptEvent } from './account.ts';
import { type AwsService, anyResource, operation } from './service.ts';

const keptMs = 90 * 24 * 60 * 60 * 1000;
const pageSize = 50;

/** The attributes that LookupEvents can filter by. */
const attributes = {
  AccessKeyId: ({ accessKeyId }) => accessKeyId,
  EventId: ({ id }) => id,
  EventName: ({ eventName }) => eventName,
  EventSource: ({ eventSource }) => eventSource,
  ReadOnly: (event) => String(isReadOnly(event)),
  ResourceName: ({ resourceName }) => resourceName,
  ResourceType: ({ resourceName }) => resourceName && secretType,
  Username: ({ username }) => username,
} satisfies Record<string, (event: KeptEvent) => string | undefined>;

const attributeKeys = Object.keys(attributes) as readonly (keyof typeof attributes)[];

const secretType = 'AWS::SecretsManager::Secret';

const lookupEventsRequest = v.object({
  LookupAttributes: v.optional(
    v.array(v.object({ AttributeKey: oneOf(attributeKeys), AttributeValue: text(1, 2000) })),
    [],
  ),
  StartTime: v.optional(v.number(), Number.NEGATIVE_INFINITY),
  EndTime: v.optional(v.number(), Number.POSITIVE_INFINITY),
  MaxResults: v.optional(v.number(), pageSize),
  NextToken: v.optional(v.string()),
});

export const cloudtrail: AwsService = {
  name: 'cloudtrail',
  protocol: jsonProtocol('1.1', 'CloudTrail_20131101'),
  operations: new Map([
    [
      'LookupEvents',
      operation(lookupEventsRequest, anyResource, ({ account, now }, request) =>
        lookupEvents(account, now, request),
      ),
    ],
  ]),
  errors: { InternalServiceError: ['InternalFailure', 500] },
};

function lookupEvents(
  account: Account,
  now: number,
  request: v.InferOutput<typeof lookupEventsRequest>,
): object {
  const { LookupAttributes, StartTime, EndTime, MaxResults, NextToken } = request;
  if (LookupAttributes.length > 1) {
    const message = 'You can currently only specify one lookup attribute.';
    throw new AwsError('InvalidLookupAttributesException', message);
  }
  if (StartTime > EndTime) {
    throw new AwsError('InvalidTimeRangeException', 'The start time is after the end time.');
  }
  if (!(Number.isInteger(MaxResults) && MaxResults >= 1 && MaxResults <= pageSize)) {
    const message = `MaxResults must be between 1 and ${pageSize}.`;
    throw new AwsError('InvalidMaxResultsException', message);
  }
  const from = Math.max(StartTime * 1000, now - keptMs);
  const found = account.events
    .filter(({ at }) => at >= from && at <= EndTime * 1000)
    .filter((event) =>
      LookupAttributes.every(
        ({ AttributeKey, AttributeValue }) => attributes[AttributeKey](event) === AttributeValue,
      ),
    )
    // Newest first; in the same instant, the last recorded first.
    .toReversed()
    .sort((one, other) => other.at - one.at);
  const page = pageOf(
    found,
    ({ id }) => id,
    { size: MaxResults, token: NextToken },
    () => new AwsError('InvalidNextTokenException', 'The NextToken value is not valid.'),
  );
  return {
    Events: page.items.map((event) => lookedUp(account, event)),
    NextToken: page.nextToken,
  };
}

function lookedUp(account: Account, event: KeptEvent): object {
  return {
    EventId: event.id,
    EventName: event.eventName,
    EventSource: event.eventSource,
    EventTime: Math.floor(event.at / 1000),
    ReadOnly: String(isReadOnly(event)),
    AccessKeyId: event.accessKeyId,
    Username: event.username,
    Resources: resources(event),
    CloudTrailEvent: JSON.stringify(record(account, event)),
  };
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
function record(account: Account, event: KeptEvent): object {
  const isSession = event.principalArn.includes(':assumed-role/');
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: isSession ? 'AssumedRole' : 'IAMUser',
      arn: event.principalArn,
      accountId: account.id,
      accessKeyId: event.accessKeyId,
      userName: isSession ? undefined : event.username,
    },
    eventTime: new Date(event.at).toISOString().replace(/\.\d+Z$/, 'Z'),
    eventSource: event.eventSource,
    eventName: event.eventName,
    awsRegion: account.region,
    errorCode: event.errorCode,
    requestParameters: event.requestParameters ?? null,
    responseElements: null,
    eventID: event.id,
    readOnly: isReadOnly(event),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account.id,
    eventCategory: 'Management',
  };
}

function resources({ resourceName }: KeptEvent): object[] {
  if (resourceName === undefined) return [];
  return [{ ResourceType: secretType, ResourceName: resourceName }];
}

function isReadOnly({ eventName }: KeptEvent): boolean {
  return /^(Get|List|Describe)/.test(eventName);
}
