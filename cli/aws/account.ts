import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import { askAws, notFromAws } from './ask.ts';
import { toInstant } from './instant.ts';
import { clientConfig } from './network.ts';
import { nextPage } from './next-page.ts';

export interface Caller {
  readonly account: string;
  readonly arn: string;
  /** AWS's clock. */
  readonly at: EpochSeconds | undefined;
}

export interface Subscription {
  /** For example a mail address; of a URL its origin alone, because the rest may hold a key. */
  readonly endpoint: string;
  readonly isConfirmed: boolean;
}

export interface FoundSchedule {
  readonly name: string;
  readonly group: string;
  /** For example `ENABLED`. */
  readonly state: string;
}

/** A schedule, and what it does. */
export interface TickSchedule {
  readonly name: string;
  /** A rate or a cron expression. */
  readonly expression: string;
  /** The event; empty for the service's own. */
  readonly input: string;
  readonly beginsAt: EpochSeconds | undefined;
  readonly endsAt: EpochSeconds | undefined;
  /** Seconds by which it may run late. */
  readonly window: number;
}

const minute = 60;

/** The caller, schedules, subscriptions and keys of an AWS account. Every failure is a CliError. */
export class Account {
  readonly #abort: { readonly abortSignal: AbortSignal };

  constructor(signal: AbortSignal) {
    this.#abort = { abortSignal: signal };
  }

  async caller(): Promise<Caller> {
    const client = new STSClient(clientConfig());
    let at: EpochSeconds | undefined;
    client.middlewareStack.add(
      (next) => async (args) => {
        const output = await next(args);
        const { headers } = output.response as { headers?: Record<string, string> };
        const date = Date.parse(headers?.['date'] ?? '');
        at = Number.isNaN(date) ? undefined : epochSeconds(date / 1000);
        return output;
      },
      { step: 'deserialize', priority: 'low' },
    );
    const action = 'sts:GetCallerIdentity';
    const {
      Account: account = '',
      Arn: arn,
      $metadata: { httpStatusCode },
    } = await askAws(action, undefined, () =>
      client.send(new GetCallerIdentityCommand({}), this.#abort),
    );
    if (arn === undefined) throw notFromAws(action, httpStatusCode);
    return { account, arn, at };
  }

  /** The schedules that invoke a function. */
  async schedulesOf(functionArn: string): Promise<readonly FoundSchedule[]> {
    const client = new SchedulerClient(clientConfig());
    const found: FoundSchedule[] = [];
    let NextToken: string | undefined;
    do {
      const page = await askAws('scheduler:ListSchedules', undefined, () =>
        client.send(new ListSchedulesCommand({ NextToken, MaxResults: 100 }), this.#abort),
      );
      for (const {
        Name: name = '',
        GroupName: group = '',
        State: state = '',
        Target,
      } of page.Schedules ?? []) {
        if (Target?.Arn === functionArn) found.push({ name, group, state });
      }
      NextToken = nextPage(NextToken, page.NextToken);
    } while (NextToken !== undefined);
    return found;
  }

  async schedule({ name, group }: FoundSchedule): Promise<TickSchedule> {
    const client = new SchedulerClient(clientConfig());
    const answer = await askAws('scheduler:GetSchedule', `${group}/${name}`, () =>
      client.send(new GetScheduleCommand({ Name: name, GroupName: group }), this.#abort),
    );
    const { ScheduleExpression: expression = '', Target, StartDate, EndDate } = answer;
    return {
      ...{ name, expression, input: Target?.Input ?? '' },
      beginsAt: toInstant(StartDate),
      endsAt: toInstant(EndDate),
      window: (answer.FlexibleTimeWindow?.MaximumWindowInMinutes ?? 0) * minute,
    };
  }

  async subscriptionsOf(topicArn: string): Promise<readonly Subscription[]> {
    const client = new SNSClient(clientConfig());
    const { Subscriptions = [] } = await askAws('sns:ListSubscriptionsByTopic', topicArn, () =>
      client.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }), this.#abort),
    );
    return Subscriptions.filter(({ SubscriptionArn }) => SubscriptionArn !== 'Deleted').map(
      ({ Endpoint: endpoint = '', SubscriptionArn: arn = '' }) => ({
        endpoint: withoutKey(endpoint),
        isConfirmed: arn.startsWith('arn:'),
      }),
    );
  }

  /** For example `Enabled`, `Disabled` or `PendingDeletion`. */
  async keyState(keyId: string): Promise<string> {
    const client = new KMSClient(clientConfig());
    const { KeyMetadata } = await askAws('kms:DescribeKey', keyId, () =>
      client.send(new DescribeKeyCommand({ KeyId: keyId }), this.#abort),
    );
    return KeyMetadata?.KeyState ?? 'unknown';
  }
}

/** Whoever has the whole URL of a pager may open and resolve its incidents. */
function withoutKey(endpoint: string): string {
  if (!/^https?:/i.test(endpoint)) return endpoint;
  const { protocol = 'https:', host = '' } = URL.parse(endpoint) ?? {};
  return `${protocol}//${host}/…`;
}
