import { randomUUID } from 'node:crypto';
import { localUser, type Principal } from '../wire/caller.ts';
import type { AlarmChange } from './alarm-evaluation.ts';
import { MetricStore, type MetricValue, type Statistic } from './metric-store.ts';

/** A schedule of EventBridge Scheduler. */
export interface Schedule {
  readonly name: string;
  readonly groupName: string;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly scheduleExpression: string;
  readonly targetArn: string;
  /** The payload for the target. @default the service's own event */
  readonly input?: string | undefined;
  /** Epoch seconds, within which it runs. Nothing follows them. */
  readonly startDate?: number | undefined;
  readonly endDate?: number | undefined;
  /** Within which it may run late, which it never does here. @default it has no flexible window */
  readonly windowMinutes?: number | undefined;
}

/** An alarm of CloudWatch. `evaluateAlarms` sets its state; without that, it changes by hand only. */
export interface Alarm {
  readonly alarmName: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: Statistic;
  readonly periodSeconds: number;
  readonly comparisonOperator?: string | undefined;
  readonly threshold?: number | undefined;
  readonly evaluationPeriods?: number | undefined;
  /** @default evaluationPeriods */
  readonly datapointsToAlarm?: number | undefined;
  /** @default any */
  readonly unit?: string | undefined;
  readonly treatMissingData?: string | undefined;
  readonly alarmActions: readonly string[];
  /** @default none */
  readonly okActions?: readonly string[] | undefined;
  readonly actionsEnabled: boolean;
  readonly stateValue: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly stateReason?: string | undefined;
  /** When it came into its state, in milliseconds. @default unknown */
  readonly stateSince?: number | undefined;
  readonly description?: string | undefined;
}

/** A rule that mutes alarms of CloudWatch. Nothing follows its schedule: its status is set by hand. */
export interface AlarmMuteRule {
  readonly name: string;
  readonly alarmNames: readonly string[];
  readonly status: 'SCHEDULED' | 'ACTIVE' | 'EXPIRED';
  readonly muteType: 'ONE_TIME' | 'RECURRING';
}

/** A subscription to an SNS topic. */
export interface Subscription {
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly confirmed: boolean;
}

export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingImport' | 'Unavailable';

/** A key of KMS. */
export interface Key {
  readonly arn: string;
  readonly state: KeyState;
  readonly manager: 'CUSTOMER' | 'AWS';
  /** For example `alias/tokens`. @default none */
  readonly aliases?: readonly string[] | undefined;
}

/** A call that CloudTrail records. It holds no values. */
export interface TrailEvent {
  readonly eventName: string;
  /** For example `secretsmanager.amazonaws.com`. */
  readonly eventSource: string;
  /** In milliseconds. */
  readonly at: number;
  readonly username: string;
  readonly principalArn: string;
  readonly accessKeyId: string;
  /** The ARN of the secret that the call is about. @default none */
  readonly resourceName?: string | undefined;
  readonly requestParameters?: Readonly<Record<string, unknown>> | undefined;
  readonly errorCode?: string | undefined;
}

export type KeptEvent = TrailEvent & { readonly id: string };

/** An AWS account in one Region, without its secrets and functions. */
export class Account {
  readonly region: string;
  readonly id: string;
  /** The principals, by access key. */
  readonly principals = new Map<string, Principal>();
  /** The principal of every other access key. */
  defaultPrincipal: Principal;
  /** By name. */
  readonly schedules = new Map<string, Schedule>();
  readonly metrics = new MetricStore();
  /** By name. */
  readonly alarms = new Map<string, Alarm>();
  /** By name. */
  readonly muteRules = new Map<string, AlarmMuteRule>();
  /** By ARN. */
  readonly topics = new Set<string>();
  readonly subscriptions: Subscription[] = [];
  /** By ARN. */
  readonly keys = new Map<string, Key>();
  /** Receives each change of an alarm's state that is set by SetAlarmState. */
  onAlarm: (change: AlarmChange) => void = () => {};
  readonly #events: KeptEvent[] = [];

  constructor({ region, accountId }: { readonly region: string; readonly accountId: string }) {
    this.region = region;
    this.id = accountId;
    this.defaultPrincipal = localUser(accountId);
  }

  principal(accessKeyId: string | undefined): Principal {
    return this.principals.get(accessKeyId ?? '') ?? this.defaultPrincipal;
  }

  recordMetric(value: MetricValue): void {
    this.metrics.record(value);
  }

  recordEvent(event: TrailEvent): void {
    this.#events.push({ ...event, id: randomUUID() });
  }

  /** In the order of recording. */
  get events(): readonly KeptEvent[] {
    return this.#events;
  }

  /** Finds a key by its id, its ARN, or the name or ARN of an alias. */
  key(keyId: string): Key | undefined {
    const wanted = this.keyArn(keyId);
    return [...this.keys.values()].find(
      ({ arn, aliases = [] }) =>
        arn === wanted || aliases.some((alias) => this.arn('kms', alias) === wanted),
    );
  }

  /** The ARN of a key or an alias, whether it exists or not. */
  keyArn(keyId: string): string {
    if (keyId.startsWith('arn:')) return keyId;
    return this.arn('kms', keyId.startsWith('alias/') ? keyId : `key/${keyId}`);
  }

  /** The ARN of a resource in this account and Region. */
  arn(service: string, resource: string): string {
    return `arn:aws:${service}:${this.region}:${this.id}:${resource}`;
  }
}
