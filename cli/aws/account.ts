import {
  CloudWatchClient,
  DescribeAlarmsForMetricCommand,
  GetMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import { askAws, clientConfig } from './ask.ts';

export interface Caller {
  readonly account: string;
  readonly arn: string;
  /** By the clock of AWS. */
  readonly at: EpochSeconds | undefined;
}

export interface Alarm {
  readonly name: string;
  readonly isRaised: boolean;
  readonly actionsEnabled: boolean;
  /** ARNs of topics and of whatever else it tells. */
  readonly actions: readonly string[];
}

export interface Subscription {
  readonly endpoint: string;
  readonly isConfirmed: boolean;
}

export interface WatchedMetric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: { readonly Name: string; readonly Value: string }[];
}

/** What `doctor` asks of an account beside its secrets and functions. Every failure is a CliError. */
export class Account {
  readonly #abort: { readonly abortSignal: AbortSignal };
  readonly #cloudWatch = new CloudWatchClient(clientConfig);

  constructor(signal: AbortSignal) {
    this.#abort = { abortSignal: signal };
  }

  async caller(): Promise<Caller> {
    const client = new STSClient(clientConfig);
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
    const { Account: account = '', Arn: arn = '' } = await askAws(
      'sts:GetCallerIdentity',
      undefined,
      () => client.send(new GetCallerIdentityCommand({}), this.#abort),
    );
    return { account, arn, at };
  }

  /** The states of the schedules that call a function, such as `ENABLED`. */
  async schedulesOf(functionArn: string): Promise<readonly { name: string; state: string }[]> {
    const client = new SchedulerClient(clientConfig);
    const found: { name: string; state: string }[] = [];
    let NextToken: string | undefined;
    do {
      const page = await askAws('scheduler:ListSchedules', undefined, () =>
        client.send(new ListSchedulesCommand({ NextToken, MaxResults: 100 }), this.#abort),
      );
      for (const { Name: name = '', State: state = '', Target } of page.Schedules ?? []) {
        if (Target?.Arn === functionArn) found.push({ name, state });
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return found;
  }

  /** When a tick was last counted within the last so many seconds. */
  async lastTick(
    rotator: string,
    now: EpochSeconds,
    seconds: number,
  ): Promise<EpochSeconds | undefined> {
    const { MetricDataResults = [] } = await askAws('cloudwatch:GetMetricData', undefined, () =>
      this.#cloudWatch.send(
        new GetMetricDataCommand({
          StartTime: new Date((now - seconds) * 1000),
          // A minute that has begun has its data point already.
          EndTime: new Date((now + 60) * 1000),
          ScanBy: 'TimestampDescending',
          MetricDataQueries: [
            {
              Id: 'ticks',
              MetricStat: { Metric: metricOf(rotator, 'Ticks'), Period: 60, Stat: 'Sum' },
            },
          ],
        }),
        this.#abort,
      ),
    );
    const latest = MetricDataResults[0]?.Timestamps?.[0];
    return latest && epochSeconds(latest.getTime() / 1000);
  }

  async alarmsOn(metric: WatchedMetric): Promise<readonly Alarm[]> {
    const { MetricAlarms = [] } = await askAws(
      'cloudwatch:DescribeAlarmsForMetric',
      undefined,
      () => this.#cloudWatch.send(new DescribeAlarmsForMetricCommand(metric), this.#abort),
    );
    return MetricAlarms.map((alarm) => ({
      name: alarm.AlarmName ?? '',
      isRaised: alarm.StateValue === 'ALARM',
      actionsEnabled: alarm.ActionsEnabled ?? true,
      actions: alarm.AlarmActions ?? [],
    }));
  }

  async subscriptionsOf(topicArn: string): Promise<readonly Subscription[]> {
    const client = new SNSClient(clientConfig);
    const { Subscriptions = [] } = await askAws('sns:ListSubscriptionsByTopic', topicArn, () =>
      client.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }), this.#abort),
    );
    return Subscriptions.filter(({ SubscriptionArn }) => SubscriptionArn !== 'Deleted').map(
      ({ Endpoint: endpoint = '', SubscriptionArn: arn = '' }) => ({
        endpoint,
        isConfirmed: arn.startsWith('arn:'),
      }),
    );
  }

  /** Such as `Enabled`, `Disabled`, `PendingDeletion`. */
  async keyState(keyId: string): Promise<string> {
    const client = new KMSClient(clientConfig);
    const { KeyMetadata } = await askAws('kms:DescribeKey', keyId, () =>
      client.send(new DescribeKeyCommand({ KeyId: keyId }), this.#abort),
    );
    return KeyMetadata?.KeyState ?? 'unknown';
  }
}

/** A metric of the rotator's own. */
export function metricOf(rotator: string, MetricName: string): WatchedMetric {
  const Dimensions = [{ Name: 'rotator', Value: rotator }];
  return { Namespace: 'ImsTokenRotator', MetricName, Dimensions };
}

/** A metric that Lambda has of a function. */
export function functionMetricOf(functionName: string, MetricName: string): WatchedMetric {
  const Dimensions = [{ Name: 'FunctionName', Value: functionName }];
  return { Namespace: 'AWS/Lambda', MetricName, Dimensions };
}
