import { randomUUID } from 'node:crypto';
import { localUser, type Principal } from '../wire/caller.ts';
import { MetricStore, type MetricValue, type Statistic } from './metric-store.ts';

/** A schedule of EventBridge Scheduler. */
export interface Schedule {
  readonly name: string;
  readonly groupName: string;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly scheduleExpression: string;
  readonly targetArn: string;
  /** What the target is sent. @default an event of the service's own */
  readonly input?: string | undefined;
}

/** An alarm of CloudWatch. Nothing here evaluates it: its state is what it is set to. */
export interface Alarm {
  readonly alarmName: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: Statistic;
  readonly periodSeconds: number;
  readonly alarmActions: readonly string[];
  /** @default none */
  readonly okActions?: readonly string[] | undefined;
  readonly actionsEnabled: boolean;
  readonly stateValue: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly stateReason?: string | undefined;
  readonly description?: string | undefined;
}

/** A subscription of an SNS topic. */
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
  /** Such as `alias/tokens`. @default none */
  readonly aliases?: readonly string[] | undefined;
}

/** A call that CloudTrail keeps; it holds no values. */
export interface TrailEvent {
  readonly eventName: string;
  /** Such as `secretsmanager.amazonaws.com`. */
  readonly eventSource: string;
  /** In milliseconds. */
  readonly at: number;
  readonly username: string;
  readonly principalArn: string;
  readonly accessKeyId: string;
  /** The ARN of the secret that the call was about. @default none */
  readonly resourceName?: string | undefined;
  readonly requestParameters?: Readonly<Record<string, string>> | undefined;
  readonly errorCode?: string | undefined;
}

export type KeptEvent = TrailEvent & { readonly id: string };

/** What is in an AWS account in one Region, beside its secrets and functions. */
export class Account {
  readonly region: string;
  readonly id: string;
  /** Who calls with which access key. */
  readonly principals = new Map<string, Principal>();
  /** Who calls with any other. */
  defaultPrincipal: Principal;
  /** By name. */
  readonly schedules = new Map<string, Schedule>();
  readonly metrics = new MetricStore();
  /** By name. */
  readonly alarms = new Map<string, Alarm>();
  /** By ARN. */
  readonly topics = new Set<string>();
  readonly subscriptions: Subscription[] = [];
  /** By ARN. */
  readonly keys = new Map<string, Key>();
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

  /** In the order in which they were recorded. */
  get events(): readonly KeptEvent[] {
    return this.#events;
  }

  /** A key by its id, its ARN, or the name or ARN of an alias. */
  key(keyId: string): Key | undefined {
    const wanted = this.keyArn(keyId);
    return [...this.keys.values()].find(
      ({ arn, aliases = [] }) =>
        arn === wanted || aliases.some((alias) => this.arn('kms', alias) === wanted),
    );
  }

  /** The ARN that a key or an alias has, or would have. */
  keyArn(keyId: string): string {
    if (keyId.startsWith('arn:')) return keyId;
    return this.arn('kms', keyId.startsWith('alias/') ? keyId : `key/${keyId}`);
  }

  /** The ARN of something in this account and Region. */
  arn(service: string, resource: string): string {
    return `arn:aws:${service}:${this.region}:${this.id}:${resource}`;
  }
}
