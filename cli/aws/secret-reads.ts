import { CloudTrailClient, type Event } from '@aws-sdk/client-cloudtrail';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import { toInstant } from './instant.ts';
import { clientConfig } from './network.ts';
import { lookUpEvents } from './trail.ts';

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

// This takes some seconds.
const mostPages = 6;

/**
 * The last read of a secret by each principal, the latest first, from CloudTrail's event history. It
 * may list a read under the id that the reader used, or under none: so it is searched by the secret's
 * ARN, by its name, and in the latest reads of all secrets.
 *
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
    const attribute = { AttributeKey, AttributeValue };
    const found = await lookUpEvents(client, { attribute, mostPages }, signal);
    events.push(...found.events);
  }
  return readsOf(events, secret);
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
export function names(secretId: string | undefined, { name, arn }: SecretIds): boolean {
  return secretId !== undefined && [name, arn, arn.replace(/-[^-]{6}$/, '')].includes(secretId);
}

function detailOf(event = '{}'): Detail {
  try {
    return Object(JSON.parse(event)) as Detail;
  } catch {
    return {};
  }
}
