import { decide } from '../../core/decision.ts';
import { type EpochSeconds, epochSeconds } from '../../core/instant.ts';
import {
  type CurrentToken,
  type Observation,
  observeMetadata,
  versionOf,
} from '../../core/observation.ts';
import { renewBefore } from '../../core/renew-before.ts';
import { formatFailureCode, noFingerprint, parseStatus, readStatus } from '../../core/status.ts';
import type { Digest } from '../../core/token-tags.ts';
import type { Secret } from '../aws/secrets.ts';

/** How a credential is doing, worst first: the order is that of urgency. */
export const states = [
  'expired',
  'failing',
  'overdue',
  'due',
  'foreign',
  'fresh',
  'empty',
  'paused',
] as const;

export type State = (typeof states)[number];

/** With one of these somebody has to act. */
const unhealthy: ReadonlySet<State> = new Set(['expired', 'failing', 'overdue']);

export interface CredentialState {
  readonly name: string;
  readonly state: State;
  readonly paused: boolean;
  /** Undefined when there is no token, or only its value would say. */
  readonly token: (CurrentToken & { readonly versionId: string | undefined }) | undefined;
  /** Undefined when nothing will be done about it. */
  readonly renewalAt: EpochSeconds | undefined;
  /** The failure that lasts: an error code, with IMS's own behind a slash. */
  readonly failure: string | undefined;
  readonly failingSince: EpochSeconds | undefined;
}

/** The two secrets of a credential, as far as they are there. */
export interface CredentialSecrets {
  readonly client: Secret | undefined;
  readonly token: Secret | undefined;
  /** The client secret may live where no list shows it. */
  readonly clientMayBeElsewhere: boolean;
}

export interface Outlook {
  readonly now: EpochSeconds;
  /** Seconds between two ticks. */
  readonly tick: number;
  readonly digest: Digest;
}

// A list of secrets lags up to five minutes behind.
const listLag = 300;

/** Judges a credential by the metadata of its secrets alone. */
export function credentialState(
  name: string,
  { client, token: secret, clientMayBeElsewhere }: CredentialSecrets,
  outlook: Outlook,
): CredentialState {
  const observed = observeMetadata(outlook, secret, versionOf(client));
  const blind = observed.fingerprint === undefined && clientMayBeElsewhere;
  const observation = blind ? withoutClient(observed, secret) : observed;
  const { token, paused, failure, now, versionId } = observation;
  const current = typeof token === 'object' ? { ...token, versionId } : undefined;
  const common = { name, paused, token: current };
  const kept = { ...common, renewalAt: undefined, failure: undefined, failingSince: undefined };
  if (paused) return { ...kept, state: expiredOr(now, current, 'paused') };
  const { action, reason } = decide(observation);
  if (reason === 'token-secret-missing') {
    return { ...kept, state: 'failing', failure: 'ERR_TOKEN_SECRET_MISSING' };
  }
  if (reason === 'credential-missing') {
    if (token === 'empty') return { ...kept, state: 'empty' };
    return {
      ...kept,
      state: expiredOr(now, current, 'failing'),
      failure: 'ERR_CREDENTIAL_MISSING',
    };
  }
  const renewalAt = renewalOf(observation, action !== 'keep');
  if (failure !== undefined) {
    const remembered = {
      failure: formatFailureCode(failure),
      failingSince: failure.since,
      renewalAt,
    };
    return { ...common, ...remembered, state: expiredOr(now, current, 'failing') };
  }
  if (token === 'unread') return { ...kept, state: 'foreign' };
  const state = action === 'renew' ? lateness(observation, reason, { client, secret }) : 'fresh';
  return { ...kept, renewalAt, state: expiredOr(now, current, state) };
}

export function isUnhealthy({ state }: CredentialState): boolean {
  return unhealthy.has(state);
}

/** The most urgent first; of those that are alike, the one whose token ends first. */
export function byUrgency(one: CredentialState, other: CredentialState): number {
  const end = ({ token }: CredentialState): number => token?.expiresAt ?? Number.POSITIVE_INFINITY;
  const byState = states.indexOf(one.state) - states.indexOf(other.state);
  if (byState !== 0) return byState;
  // Two infinities are no number apart.
  if (end(one) !== end(other)) return end(one) - end(other);
  return one.name < other.name ? -1 : 1;
}

/** A client secret that cannot be seen is taken to be what the token was minted from. */
function withoutClient(observed: Observation, secret: Secret | undefined): Observation {
  const { token, now } = observed;
  const minted = typeof token === 'object' ? token.fingerprint : undefined;
  const remembered = parseStatus(secret?.tags ?? {})?.fingerprint;
  if (token === 'empty' && remembered === undefined) return observed;
  const fingerprint = remembered ?? minted ?? noFingerprint;
  const failure = readStatus(secret?.tags ?? {}, fingerprint, now);
  const same = typeof token === 'object' ? { token: { ...token, fingerprint } } : {};
  return { ...observed, ...same, fingerprint, failure };
}

function expiredOr(now: EpochSeconds, token: CurrentToken | undefined, state: State): State {
  return token !== undefined && token.expiresAt <= now ? 'expired' : state;
}

/** When the rotator will next try. */
function renewalOf(
  { now, tick, token, failure, renewBefore: setting }: Observation,
  due: boolean,
): EpochSeconds | undefined {
  if (failure?.retryAt !== undefined && failure.retryAt > now) return failure.retryAt;
  if (due) return now;
  if (typeof token !== 'object') return undefined;
  return epochSeconds(token.expiresAt - renewBefore(token.lifetime, tick, setting));
}

/** A token that is due is renewed by the next tick; after two, something is wrong. */
function lateness(
  { now, tick, token, renewBefore: setting }: Observation,
  reason: string,
  { client, secret }: { readonly client: Secret | undefined; readonly secret: Secret | undefined },
): State {
  const due =
    reason === 'token-expiring' && typeof token === 'object'
      ? token.expiresAt - renewBefore(token.lifetime, tick, setting)
      : (client?.changedAt ?? now);
  // A tag that was set, such as a setting or the end of a pause, may be what has made it due.
  const dueSince = Math.max(due, secret?.changedAt ?? due);
  return now - dueSince > 2 * tick + listLag ? 'overdue' : 'due';
}
