import { decide } from '../../core/decision.ts';
import type { EpochSeconds } from '../../core/instant.ts';
import {
  type CurrentToken,
  type Observation,
  observeMetadata,
  versionOf,
} from '../../core/observation.ts';
import { renewAt } from '../../core/renew-before.ts';
import { type FailureCode, parseStatus } from '../../core/status.ts';
import type { Digest } from '../../core/token-tags.ts';
import type { Secret } from '../aws/secret.ts';

/** The state of a credential in one word, the most urgent first. */
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

/** The states that need somebody to act. */
const unhealthy: ReadonlySet<State> = new Set(['expired', 'failing', 'overdue']);

export interface CredentialState {
  readonly name: string;
  readonly state: State;
  readonly paused: boolean;
  /** Undefined when there is no token, or only its value shows the expiry. */
  readonly token: CurrentToken | undefined;
  /** The token secret's current version, if it has one. */
  readonly versionId: string | undefined;
  /** When the rotator tries next; undefined if it will not. */
  readonly renewalAt: EpochSeconds | undefined;
  /** The current failure. */
  readonly failure: FailureCode | undefined;
  readonly failingSince: EpochSeconds | undefined;
}

/** The two secrets of a credential, if they exist. */
export interface CredentialSecrets {
  readonly client: Secret | undefined;
  readonly token: Secret | undefined;
  /** The client secret may be outside the prefix, where no list shows it. */
  readonly clientMayBeElsewhere: boolean;
  /** The stack declares the credential, so that it should get a value. */
  readonly isDeclared?: boolean | undefined;
}

/** The circumstances of a judgement. */
export interface Context {
  readonly now: EpochSeconds;
  /** Seconds between two ticks. */
  readonly tick: number;
  readonly digest: Digest;
}

/** As if IMS had not been asked, so that the budget hides no reason. */
const unspent = { requested: [], issued: [] };
// ListSecrets may lag five minutes behind.
const listLag = 300;

/** Judges a credential from the metadata of its secrets alone. */
export function credentialState(
  name: string,
  { client, token: secret, clientMayBeElsewhere, isDeclared = false }: CredentialSecrets,
  context: Context,
): CredentialState {
  const seen = versionOf(client);
  const isUnseen = seen === undefined && clientMayBeElsewhere && isKnown(secret);
  const observation = observeMetadata(
    { ...context, credential: name, isDeclared },
    secret,
    isUnseen ? 'unseen' : seen,
  );
  const { token, paused, now, versionId } = observation;
  const current = typeof token === 'object' ? token : undefined;
  const common = { name, paused, token: current, versionId };
  const kept = { ...common, renewalAt: undefined, failure: undefined, failingSince: undefined };
  const decision = decide(observation);
  const { needsAction, spent } = decision;
  const { action, reason } = spent ? decide({ ...observation, ...unspent }) : decision;
  if (paused && needsAction) return { ...kept, state: 'failing', failure: { code: 'ERR_PAUSED' } };
  if (paused) return { ...kept, state: expiredOr(now, current, 'paused') };
  if (reason === 'token-secret-missing') {
    return { ...kept, state: 'failing', failure: { code: 'ERR_TOKEN_SECRET_MISSING' } };
  }
  if (reason === 'credential-missing') {
    if (!needsAction) return { ...kept, state: 'empty' };
    return {
      ...kept,
      state: expiredOr(now, current, 'failing'),
      failure: { code: 'ERR_CREDENTIAL_MISSING' },
    };
  }
  const renewalAt = spent?.nextAt ?? renewalOf(observation, action !== 'keep');
  const failure = isHarmless(observation) ? undefined : observation.failure;
  if (failure !== undefined) {
    const remembered = { failure, failingSince: failure.since, renewalAt };
    return { ...common, ...remembered, state: expiredOr(now, current, 'failing') };
  }
  if (spent !== undefined && needsAction) {
    const overBudget = { failure: { code: 'ERR_MINT_BUDGET_SPENT' }, renewalAt } as const;
    return { ...kept, ...overBudget, state: expiredOr(now, current, 'failing') };
  }
  if (token === 'unread') return { ...kept, state: 'foreign' };
  const state = action === 'renew' ? lateness(observation, reason, { client, secret }) : 'fresh';
  return { ...kept, renewalAt, state: expiredOr(now, current, state) };
}

export function isUnhealthy({ state }: CredentialState): boolean {
  return unhealthy.has(state);
}

/** True if only the value shows when the token expires, so that it may have expired. */
export function hasUnseenExpiry({ token, versionId }: CredentialState): boolean {
  return token === undefined && versionId !== undefined;
}

/** The most urgent state first, then the earliest expiry, then by name. */
export function byUrgency(one: CredentialState, other: CredentialState): number {
  // A credential that fails and has no token is as urgent as one whose token has expired.
  const expiry = ({ token, state }: CredentialState): number =>
    token?.expiresAt ?? (state === 'failing' ? 0 : Number.POSITIVE_INFINITY);
  const byState = states.indexOf(one.state) - states.indexOf(other.state);
  if (byState !== 0) return byState;
  // Infinity - Infinity is NaN.
  if (expiry(one) !== expiry(other)) return expiry(one) - expiry(other);
  return one.name < other.name ? -1 : 1;
}

/** A client secret out of sight is only known to exist once the rotator has used it. */
function isKnown(secret: Secret | undefined): boolean {
  return secret?.currentVersionId !== undefined || parseStatus(secret?.tags ?? {}) !== undefined;
}

/** A stored token that outlives every new one needs nobody to act. */
function isHarmless({ now, token, failure }: Observation): boolean {
  const isGood = typeof token === 'object' && token.expiresAt > now;
  return failure?.code === 'ERR_TOKEN_NOT_LATER' && isGood;
}

function expiredOr(now: EpochSeconds, token: CurrentToken | undefined, state: State): State {
  return token !== undefined && token.expiresAt <= now ? 'expired' : state;
}

function renewalOf(observation: Observation, due: boolean): EpochSeconds | undefined {
  const { now, token, failure } = observation;
  if (failure?.retryAt !== undefined && failure.retryAt > now) return failure.retryAt;
  if (due) return now;
  return typeof token === 'object' ? renewAt(token, observation) : undefined;
}

/**
 * The next tick renews a token that is due. After two ticks, something is wrong. A tag may have made
 * it due a moment ago, for example a setting or the end of a pause; but tags can change every minute,
 * so that counts only until half of the time for the renewal is over.
 */
function lateness(
  observation: Observation,
  reason: string,
  { client, secret }: { readonly client: Secret | undefined; readonly secret: Secret | undefined },
): State {
  const { now, tick, token, failure } = observation;
  const hasToken = typeof token === 'object';
  const expiresAt = hasToken ? token.expiresAt : Number.POSITIVE_INFINITY;
  const renewalAt = hasToken ? renewAt(token, observation) : expiresAt;
  const storedAt = client?.changedAt ?? now;
  // A credential that was stored again may be the same one: a tick compares them, keeps the token, and
  // leaves no trace of that.
  const isStoredAgain = hasToken && reason === 'credential-changed';
  const changedAt = isStoredAgain ? Math.max(storedAt, renewalAt) : storedAt;
  const due = reason === 'token-expiring' ? renewalAt : changedAt;
  const halfOver = hasToken ? (renewalAt + expiresAt) / 2 : expiresAt;
  const changed = Math.min(Math.max(due, secret?.changedAt ?? due), halfOver);
  const dueSince = Math.max(changed, failure?.retryAt ?? changed);
  return now - dueSince > 2 * tick + listLag ? 'overdue' : 'due';
}
