import {
  type CloudTrailClient,
  type Event,
  type LookupAttribute,
  LookupEventsCommand,
} from '@aws-sdk/client-cloudtrail';
import type { EpochSeconds } from '../../core/instant.ts';
import { askAws } from './ask.ts';
import { nextPage } from './next-page.ts';

/** A search of CloudTrail's event history, which goes back 90 days. */
export interface TrailSearch {
  readonly attribute: LookupAttribute;
  /** @default as far as the history goes */
  readonly from?: EpochSeconds | undefined;
  /** @default now */
  readonly to?: EpochSeconds | undefined;
  /** Of 50 events each. LookupEvents allows two calls a second, to the whole account. */
  readonly mostPages: number;
}

export interface TrailEvents {
  /** The latest first. */
  readonly events: readonly Event[];
  /** There are earlier ones, which were not asked for. */
  readonly isCut: boolean;
}

/**
 * The latest events that have an attribute.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 * @throws CliError
 */
export async function lookUpEvents(
  client: CloudTrailClient,
  { attribute, from, to, mostPages }: TrailSearch,
  signal: AbortSignal,
): Promise<TrailEvents> {
  const events: Event[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const input = {
      MaxResults: 50,
      LookupAttributes: [attribute],
      StartTime: from && new Date(from * 1000),
      EndTime: to && new Date(to * 1000),
      NextToken,
    };
    const { Events = [], NextToken: next } = await askAws(
      'cloudtrail:LookupEvents',
      undefined,
      () => client.send(new LookupEventsCommand(input), { abortSignal: signal }),
    );
    events.push(...Events);
    NextToken = nextPage(NextToken, next);
    if (NextToken === undefined) return { events, isCut: false };
  }
  return { events, isCut: true };
}
