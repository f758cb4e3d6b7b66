/**
 * What the server of the console tells its page, as JSON. Instants are seconds since the epoch, durations
 * are seconds, by the server's clock. No field ever holds a value of a secret.
 */

/** A credential, as the list of secrets shows it. */
export interface FleetRow {
  readonly name: string;
  readonly state: State;
  readonly paused: boolean;
  /** AWSCURRENT; undefined when there is no token, or only its value shows when it expires. */
  readonly token?: TokenSpan | undefined;
  /** AWSCURRENT, if its version id is not the rotator's own, so that only its value shows its expiry. */
  readonly foreignVersionId?: string | undefined;
  /** AWSPREVIOUS, if its version id is the rotator's own. */
  readonly previous?: TokenSpan | undefined;
  /** When the rotator tries next. An instant that is past means with the next tick. */
  readonly renewalAt?: number | undefined;
  readonly failure?: Failure | undefined;
  readonly clientSecret?: ClientSecretSummary | undefined;
}

/** The most urgent first. */
export type State =
  | 'expired'
  | 'failing'
  | 'overdue'
  | 'due'
  | 'foreign'
  | 'fresh'
  | 'empty'
  | 'paused';

export interface TokenSpan {
  readonly versionId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface Failure {
  readonly code: string;
  /** What is wrong, in words. */
  readonly words: string;
  readonly fix: string;
  readonly since?: number | undefined;
}

export interface ClientSecretSummary {
  /** When its value was last changed. */
  readonly changedAt?: number | undefined;
  /** When Secrets Manager rotates it next. */
  readonly rotatesAt?: number | undefined;
}

/** Why something is not known. */
export interface Unknown {
  readonly code: string;
  readonly message: string;
  readonly fix?: string | undefined;
  /** The right that is missing, for example `secretsmanager:ListSecretVersionIds`. */
  readonly right?: string | undefined;
}

/** The answer to a question, or the reason why there is none, which is never shown as fine. */
export type Known<T> = { readonly known: T } | { readonly unknown: Unknown };

/** `GET /api/fleet/events`, server-sent events named by `type`. */
export type FleetEvent =
  /** The first one of a connection, and again when the fleet itself has changed. */
  | {
      readonly type: 'fleet';
      readonly at: number;
      readonly fleet: Fleet;
      readonly rows: readonly FleetRow[];
    }
  /** What changed since the last event. Without a change, it says that the list was read again. */
  | {
      readonly type: 'change';
      readonly at: number;
      /** As in `Fleet`. @default as before */
      readonly every?: number | undefined;
      readonly rows: readonly FleetRow[];
      readonly removed: readonly string[];
    }
  /** A credential as it is after an action, which the list shows minutes later. */
  | { readonly type: 'row'; readonly at: number; readonly row: FleetRow }
  /** The list could not be read. What the page shows is as old as the last list. */
  | {
      readonly type: 'trouble';
      readonly at: number;
      readonly since: number;
      readonly why: Unknown;
    };

export interface Fleet {
  readonly rotator: string;
  readonly functionName?: string | undefined;
  readonly region: string;
  /** Seconds between two ticks. */
  readonly tick: number;
  /** Seconds between two lists. */
  readonly every: number;
  /** Actions are allowed: the server was started with `--allow-actions`. */
  readonly allowsActions: boolean;
  /** Those by which the server has found the rotator, as a command has them: `--region us-east-1`. */
  readonly options: string;
  /** Why the function is not known, so that settings are assumed. */
  readonly functionUnknown?: Unknown | undefined;
  /** Rotators without a function, whose tokens nobody renews. */
  readonly abandoned: Known<readonly { readonly words: string; readonly fix: string }[]>;
  /** The server's clock; the page shows times by it. */
  readonly now: number;
}

/** `GET /api/credentials/NAME`. */
export interface CredentialDetail {
  readonly name: string;
  readonly tokenSecret: Known<SecretDetail>;
  readonly clientSecret: Known<SecretDetail>;
  /** Every version of the token secret that still exists, the latest first. */
  readonly history: Known<readonly TokenVersion[]>;
  /** Every version of the client secret that still exists, the latest first. */
  readonly clientHistory: Known<readonly VersionOf[]>;
}

/** `GET /api/credentials/NAME/readers`: CloudTrail answers slowly. */
export type Readers = Known<readonly { readonly principal: string; readonly at: number }[]>;

export interface SecretDetail {
  readonly name: string;
  readonly arn: string;
  readonly description?: string | undefined;
  readonly changedAt?: number | undefined;
  /** The day of the last read. */
  readonly readOn?: number | undefined;
  readonly keyId?: string | undefined;
  readonly rotation?:
    | { readonly functionArn?: string | undefined; readonly nextAt?: number | undefined }
    | undefined;
  readonly rotatedAt?: number | undefined;
  readonly deletedAt?: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export interface VersionOf {
  readonly id: string;
  readonly labels: readonly string[];
  readonly createdAt?: number | undefined;
}

export interface TokenVersion extends VersionOf {
  /** What its id says; undefined for an id that is not the rotator's own, as after a rotation by Secrets Manager. */
  readonly issuedAt?: number | undefined;
  readonly expiresAt?: number | undefined;
  /** The first 8 hex digits of the credential's fingerprint; it changes with the credential and its settings. */
  readonly fingerprint?: string | undefined;
  /** The version of the client secret from which it was minted, where one still has that fingerprint. */
  readonly clientVersion?: string | undefined;
}

/** `GET /api/timeline?names=a,b&from=&to=`: the lanes that are in sight. */
export type Timeline = Readonly<Record<string, Known<readonly TokenVersion[]>>>;

/** `GET /api/past?names=a,b&from=&to=`, for the lanes that are in sight: CloudTrail answers slowly. */
export type Pasts = Readonly<Record<string, Known<Past>>>;

/** The failures and pauses of a credential that CloudTrail tells of, in the order of their time. */
export interface Past {
  /** They are complete from here on. */
  readonly since: number;
  /** Without the failure that the row has, which still lasts. */
  readonly failures: readonly PastFailure[];
  /** With the pause that still lasts, if CloudTrail knows its beginning. */
  readonly pauses: readonly Stretch[];
}

export interface Stretch {
  /** Undefined if it began before `since`. */
  readonly from?: number | undefined;
  /** Undefined if it still lasts, or CloudTrail does not list its end yet. */
  readonly to?: number | undefined;
}

export interface PastFailure extends Stretch {
  /** Undefined if it was not changed since `since`. */
  readonly code?: string | undefined;
  /** The cause, in words. */
  readonly words: string;
}

/** `GET /api/health/events`, server-sent: at once, and after every minute. */
export interface Health {
  readonly at: number;
  /** When the last tick was counted; null if none was in two days. */
  readonly lastTick: Known<number | null>;
  readonly alarms: Known<Alarms>;
  /** For the last day and the last week. Without the function's name, none is of its duration. */
  readonly plots: Readonly<Record<'day' | 'week', Known<readonly Plot[]>>>;
}

export interface Alarms {
  readonly states: readonly AlarmState[];
  /** What `doctor` finds: metrics without an alarm, alarms that notify nobody or are muted. */
  readonly findings: readonly Finding[];
}

export interface AlarmState {
  readonly name: string;
  readonly metric: string;
  /** `unknown` if CloudWatch has too little data to tell. */
  readonly state: 'raised' | 'quiet' | 'unknown';
  /** Since when it is in that state. */
  readonly since?: number | undefined;
}

/** The result of one of `doctor`'s checks. */
export interface Finding {
  readonly check: string;
  readonly verdict: 'ok' | 'failed' | 'unknown';
  readonly detail: string;
  readonly fix?: string | undefined;
}

export interface Plot {
  readonly metric: 'MinLifeLeft' | 'Failing' | 'Renewed' | 'Duration';
  /** MinLifeLeft is in percent of a token's life. */
  readonly unit: 'percent' | 'count' | 'milliseconds';
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/** `GET /api/doctor/events` or `?name=NAME`, server-sent events named by `type`. */
export type DoctorEvent =
  | { readonly type: 'begin'; readonly section: string; readonly checks: readonly string[] }
  | (Finding & { readonly type: 'finding'; readonly section: string })
  | { readonly type: 'end'; readonly failures: number }
  | { readonly type: 'broken'; readonly why: Unknown };

/** `POST /api/actions`, with the header `ims-token-rotator-console: 1`. */
export interface Action {
  readonly action: 'renew' | 'force-renew' | 'pause' | 'resume';
  readonly name: string;
}

/** The result of an action, in words. */
export type ActionResult =
  | { readonly ok: true; readonly words: string }
  | { readonly ok: false; readonly why: Unknown };

/** The body of every answer that is not 2xx. */
export interface Refusal {
  readonly why: Unknown;
}
