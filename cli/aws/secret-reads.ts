import {
  CloudTrailClient,
  type Event,
  LookupEventsCommand,
  type LookupEventsCommandInput,
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

interface SecretIds {
  readonly name: string;
  readonly arn: string;
}

const reading = 'GetSecretValue';

// LookupEvents allows two calls a second, so this takes some seconds.
const mostPages = 6;

/**
 * The last read of a secret by each principal, the latest first, from CloudTrail's event history.
 * Searches it by the secret's ARN and, if that finds nothing, in the latest reads of all secrets.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 * @throws CliError
 */
export async function lastReads(
  secret: SecretIds,
  signal: AbortSignal,
): Promise<readonly SecretRead[]> {
  const client = new CloudTrailClient(clientConfig());
  const look = async (input: LookupEventsCommandInput) =>
    await askAws('cloudtrail:LookupEvents', undefined, () =>
      client.send(new LookupEventsCommand({ MaxResults: 50, ...input }), { abortSignal: signal }),
    );
  const byArn = await look({
    LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: secret.arn }],
  });
  const found = readsOf(byArn.Events, secret);
  if (found.length > 0) return found;
  const events: Event[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const { Events = [], NextToken: next } = await look({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: reading }],
      NextToken,
    });
    events.push(...Events);
    if (next === undefined) break;
    NextToken = next;
  }
  return readsOf(events, secret);
}

interface Detail {
  readonly userIdentity?: { readonly arn?: string };
  readonly requestParameters?: { readonly secretId?: string };
  readonly errorCode?: string;
}

function readsOf(events: readonly Event[] = [], secret: SecretIds): readonly SecretRead[] {
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
