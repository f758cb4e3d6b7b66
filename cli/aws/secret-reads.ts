import {
  CloudTrailClient,
  type Event,
  type LookupAttribute,
  LookupEventsCommand,
} from '@aws-sdk/client-cloudtrail';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import { askAws } from './ask.ts';
import { toInstant } from './instant.ts';
import { clientConfig } from './network.ts';

/** The last read of a secret by one principal. */
export interface SecretRead {
  readonly principal: string;
  readonly at: EpochSeconds;
}

export interface SecretIds {
  readonly name: string;
  readonly arn: string;
}

const reading = 'GetSecretValue';

// LookupEvents allows two calls a second, so this takes some seconds.
const mostPages = 6;

/**
 * The last read of a secret by each principal, the latest first, from CloudTrail's event history. It
 * may list a read under the id that the reader used, or under none: so it is searched by the secret's
 * ARN, by its name, and in the latest reads of all secrets.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 * @throws CliError
 */
export async function lastReads(
  secret: SecretIds,
  signal: AbortSignal,
): Promise<readonly SecretRead[]> {
  const client = new CloudTrailClient(clientConfig());
  const events: Event[] = [];
  for (const [AttributeKey, AttributeValue] of [
    ['ResourceName', secret.arn],
    ['ResourceName', secret.name],
    ['EventName', reading],
  ] as const) {
    events.push(...(await look(client, { AttributeKey, AttributeValue }, signal)));
  }
  return readsOf(events, secret);
}

/** The latest events that have an attribute. */
async function look(
  client: CloudTrailClient,
  attribute: LookupAttribute,
  signal: AbortSignal,
): Promise<readonly Event[]> {
  const events: Event[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const input = { MaxResults: 50, LookupAttributes: [attribute], NextToken };
    const { Events = [], NextToken: next } = await askAws(
      'cloudtrail:LookupEvents',
      undefined,
      () => client.send(new LookupEventsCommand(input), { abortSignal: signal }),
    );
    events.push(...Events);
    if (next === undefined) break;
    NextToken = next;
  }
  return events;
}

interface Detail {
  readonly userIdentity?: { readonly arn?: string };
  readonly requestParameters?: { readonly secretId?: string };
  readonly errorCode?: string;
}

function readsOf(events: readonly Event[], secret: SecretIds): readonly SecretRead[] {
  const latest = new Map<string, EpochSeconds>();
  for (const { EventName, EventTime, Username = 'unknown', CloudTrailEvent } of events) {
    const { userIdentity, requestParameters, errorCode } = detailOf(CloudTrailEvent);
    const isRead = EventName === reading && errorCode === undefined;
    if (!isRead || !names(requestParameters?.secretId, secret)) continue;
    const at = toInstant(EventTime) ?? epochSeconds(0);
    const principal = userIdentity?.arn ?? Username;
    latest.set(principal, epochSeconds(Math.max(at, latest.get(principal) ?? 0)));
  }
  return [...latest]
    .map(([principal, at]) => ({ principal, at }))
    .sort((one, other) => other.at - one.at);
}

/** True if the id is the secret's name, or its ARN with or without the final six characters. */
function names(secretId: string | undefined, { name, arn }: SecretIds): boolean {
  return secretId !== undefined && [name, arn, arn.replace(/-[^-]{6}$/, '')].includes(secretId);
}

function detailOf(event = '{}'): Detail {
  try {
    return JSON.parse(event) as Detail;
  } catch {
    return {};
  }
}
