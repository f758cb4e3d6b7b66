import { CloudTrailClient, type Event } from '@aws-sdk/client-cloudtrail';
import * as v from 'valibot';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import type { Tags } from '../../core/token-tags.ts';
import { toInstant } from './instant.ts';
import { clientConfig } from './network.ts';
import { lookUpEvents } from './trail.ts';

/** The calls that change the tags of an existing secret. */
export const taggingEvents = ['TagResource', 'UntagResource'] as const;

/** A change of the tags of a secret. */
export interface TagChange {
  /** The id of the event. */
  readonly id: string;
  /** The secret's name, or its ARN with or without the final six characters, as the caller gave it. */
  readonly secretId: string;
  readonly at: EpochSeconds;
  /** By key: the new value, undefined if it was removed. Without any, the event does not show them. */
  readonly tags: Tags | undefined;
}

export interface TagChanges {
  /** In the order of their time. */
  readonly changes: readonly TagChange[];
  /** The changes are complete from here on. */
  readonly since: EpochSeconds;
}

export interface TagSearch {
  readonly eventName: (typeof taggingEvents)[number];
  /** Only the changes of one of these tags. */
  readonly keys: readonly string[];
  readonly from: EpochSeconds;
  readonly to: EpochSeconds;
  readonly mostPages: number;
}

/**
 * The changes of secrets' tags in a time, from CloudTrail's event history: the latest, if there are more
 * than the pages hold. CloudTrail lists an event some minutes after the call.
 *
 * @throws CliError
 */
export async function tagChanges(
  { eventName, keys, from, to, mostPages }: TagSearch,
  signal: AbortSignal,
): Promise<TagChanges> {
  const client = new CloudTrailClient(clientConfig());
  const attribute = { AttributeKey: 'EventName', AttributeValue: eventName } as const;
  const search = { attribute, from, to, mostPages };
  const { events, isCut } = await lookUpEvents(client, search, signal);
  const earliest = toInstant(events.at(-1)?.EventTime) ?? from;
  return {
    // In the same second, the last one of the list was the first.
    changes: events
      .flatMap(changeOf)
      .filter(({ tags }) => tags === undefined || keys.some((key) => Object.hasOwn(tags, key)))
      .reverse()
      .sort((one, other) => one.at - other.at),
    // There may be more of the earliest second.
    since: isCut ? epochSeconds(earliest + 1) : from,
  };
}

const recordSchema = v.object({
  eventSource: v.literal('secretsmanager.amazonaws.com'),
  errorCode: v.optional(v.undefined()),
  requestParameters: v.looseObject({ secretId: v.string() }),
});

const tagsSchema = v.array(v.object({ key: v.string(), value: v.optional(v.string(), '') }));
const tagKeysSchema = v.array(v.string());

// Longer than any record of fifty tags.
const longestRecord = 100_000;

function changeOf({ EventId, EventTime, EventName, CloudTrailEvent }: Event): readonly TagChange[] {
  const record = v.safeParse(recordSchema, fromJson(CloudTrailEvent));
  const at = toInstant(EventTime);
  if (!record.success || EventId === undefined || at === undefined) return [];
  const { secretId, ...parameters } = record.output.requestParameters;
  return [{ id: EventId, secretId, at, tags: tagsOf(EventName, parameters) }];
}

function tagsOf(eventName: string | undefined, parameters: object): Tags | undefined {
  const { tags, tagKeys } = parameters as Readonly<Record<string, unknown>>;
  const isRemoval = eventName === 'UntagResource';
  const removed = v.safeParse(tagKeysSchema, isRemoval ? tagKeys : []);
  const set = v.safeParse(tagsSchema, isRemoval ? [] : tags);
  if (!removed.success || !set.success) return undefined;
  return Object.fromEntries([
    ...set.output.map(({ key, value }) => [key, value]),
    ...removed.output.map((key) => [key, undefined]),
  ]);
}

function fromJson(text = ''): unknown {
  if (text.length > longestRecord) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
