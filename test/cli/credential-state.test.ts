import { describe, expect, it } from 'vitest';
import type { Secret } from '../../cli/aws/secret.ts';
import {
  byUrgency,
  type CredentialState,
  credentialState,
  isUnhealthy,
  type State,
} from '../../cli/view/credential-state.ts';
import { formatDuration, formatMinute } from '../../cli/view/durations.ts';
import { explainFailure } from '../../cli/view/failure.ts';
import { tagKeys } from '../../core/contract.ts';
import { errorKinds } from '../../core/errors.ts';
import { epochSeconds, formatInstant } from '../../core/instant.ts';
import { formatRequests } from '../../core/mint-budget.ts';
import { renewAt } from '../../core/renew-before.ts';
import { fingerprint } from '../../core/token-tags.ts';
import { encodeVersionId } from '../../core/version-id.ts';
import { digest, hour, now } from '../support/builders.ts';

const tick = 900;
const lag = 300;
const context = { now, tick, digest };

const clientArn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:x/client-AbCdEf';
const version = '00000000-0000-4000-8000-000000000001';

function clientSecret(changedAgo = 0): Secret {
  return {
    name: 'x/client',
    arn: clientArn,
    tags: {},
    currentVersionId: version,
    changedAt: epochSeconds(now - changedAgo),
  };
}

function tokenSecret(left: number | undefined, status?: string, of = version): Secret {
  const mark = fingerprint(digest, clientArn, of, {});
  const fields = {
    expiresAt: epochSeconds(now + (left ?? 0)),
    lifetime: 86_400,
    fingerprint: mark,
  };
  return {
    name: 'x/token',
    arn: clientArn.replace('client', 'token'),
    tags: { [tagKeys.status]: status },
    currentVersionId: left === undefined ? undefined : encodeVersionId(fields, digest('x')),
  };
}

/** As `judge`, at another time. */
function judgeAt(at: number, client: Secret | undefined, token: Secret | undefined) {
  const secrets = { client, token, clientMayBeElsewhere: false };
  return credentialState('x', secrets, { ...context, now: epochSeconds(at) });
}

/** When a token with that time left is renewed. */
function dueAt(left: number): number {
  const token = { expiresAt: epochSeconds(now + left), lifetime: 86_400 };
  return renewAt(token, { credential: 'x', tick, renewBefore: undefined });
}

function judge(client: Secret | undefined, token: Secret | undefined, elsewhere = false) {
  return credentialState('x', { client, token, clientMayBeElsewhere: elsewhere }, context);
}

const half = 12 * hour;

describe('a token that outlives every new one', () => {
  const waiting = (retryIn: number): string =>
    `failing code=ERR_TOKEN_NOT_LATER since=${formatInstant(epochSeconds(now - 9 * hour))} ` +
    `retry-at=${formatInstant(epochSeconds(now + retryIn))} ` +
    `credential=${fingerprint(digest, clientArn, version, {})}`;

  it('is fresh while the rotator waits, then due, and fails only once it has expired', () => {
    const kept = judge(clientSecret(), tokenSecret(half - hour, waiting(1_800)));
    const renewalAt = epochSeconds(now + 1_800);
    expect(kept).toMatchObject({ state: 'fresh', failure: undefined, renewalAt });
    expect(isUnhealthy(kept)).toBe(false);
    const due = judge(clientSecret(), tokenSecret(half - hour, waiting(-60)));
    expect(due).toMatchObject({ state: 'due', failure: undefined });
    const expired = judge(clientSecret(), tokenSecret(-60, waiting(-60)));
    expect(expired).toMatchObject({ state: 'expired', failure: { code: 'ERR_TOKEN_NOT_LATER' } });
  });
});

describe('the state of a credential', () => {
  it.each([
    ['paused for its first day', 86_400, 'paused'],
    ['failing after that, because it has no token', 86_401, 'failing'],
  ])('is %s, if it was paused before its first token', (_, age, state) => {
    const token = {
      ...tokenSecret(undefined),
      tags: { [tagKeys.paused]: 'true' },
      createdAt: epochSeconds(now - age),
    };
    const stateOf = (secrets: { client?: Secret; isDeclared?: true }): State => {
      const { client } = secrets;
      const all = { client, token, clientMayBeElsewhere: false, isDeclared: secrets.isDeclared };
      return credentialState('x', all, context).state;
    };
    expect(stateOf({ client: clientSecret() })).toBe(state);
    expect(stateOf({ isDeclared: true })).toBe(state);
    // Nobody has stored it yet.
    expect(stateOf({})).toBe('paused');
  });

  it.each<[string, State, Secret | undefined, Secret | undefined]>([
    ['just before its end', 'overdue', clientSecret(), tokenSecret(1)],
    ['at its end', 'expired', clientSecret(), tokenSecret(0)],
    ['a credential just stored', 'due', clientSecret(2 * tick + lag), tokenSecret(undefined)],
    [
      'a credential stored a while ago',
      'overdue',
      clientSecret(2 * tick + lag + 1),
      tokenSecret(undefined),
    ],
    ['a new credential', 'due', clientSecret(60), tokenSecret(20 * hour, undefined, 'another')],
    [
      'a credential stored again long ago, perhaps with the same content',
      'due',
      clientSecret(hour),
      tokenSecret(20 * hour, undefined, 'another'),
    ],
    [
      'a new credential that no tick noticed until its token was due',
      'overdue',
      clientSecret(20 * hour),
      tokenSecret(hour, undefined, 'another'),
    ],
    ['no token secret', 'failing', clientSecret(), undefined],
    ['no client secret', 'failing', undefined, tokenSecret(20 * hour)],
    ['no client secret, and an expired token', 'expired', undefined, tokenSecret(-1)],
    ['nothing stored yet', 'empty', undefined, tokenSecret(undefined)],
  ])('%s: %s', (_, state, client, token) => {
    expect(judge(client, token).state).toBe(state);
  });

  it.each<[State, boolean]>([
    ['expired', true],
    ['failing', true],
    ['overdue', true],
    ['due', false],
    ['foreign', false],
    ['fresh', false],
    ['empty', false],
    ['paused', false],
  ])('%s needs somebody to act, so that status exits with 1: %s', (state, needed) => {
    expect(isUnhealthy({ ...judge(clientSecret(), tokenSecret(hour)), state })).toBe(needed);
  });

  const due = dueAt(half);
  const late = 2 * tick + lag;
  const lateAfterHalf = Math.floor((due + now + half) / 2) + late;

  it.each([
    ['just before it is due', due - 1, 'fresh'],
    ['when it is due', due, 'due'],
    ['two ticks and a lag later', due + late, 'due'],
    ['a second after that', due + late + 1, 'overdue'],
  ] as const)('%s', (_, at, state) => {
    expect(judgeAt(at, clientSecret(), tokenSecret(half)).state).toBe(state);
  });

  it.each([
    ['a tag made it due', 0, due + late + 1, 'due'],
    ['a tag made it due two ticks and a lag ago', late + 1, due + hour, 'overdue'],
    ['a tag changes all the time', 0, lateAfterHalf, 'due'],
    [
      'a tag has changed all the time until half of the time to renew it is over',
      0,
      lateAfterHalf + 1,
      'overdue',
    ],
  ] as const)('%s', (_, changedAgo, at, state) => {
    const token = { ...tokenSecret(half), changedAt: epochSeconds(at - changedAgo) };
    expect(judgeAt(at, clientSecret(), token).state).toBe(state);
  });

  it('is overdue for a new credential whose tags change all the time', () => {
    const token = tokenSecret(half, undefined, 'another');
    const changing = (at: number) => ({ ...clientSecret(), changedAt: epochSeconds(at) });
    const at = lateAfterHalf;
    expect(judgeAt(at, changing(at), token).state).toBe('due');
    expect(judgeAt(at + 1, changing(at + 1), token).state).toBe('overdue');
  });

  it('counts a failure only of the current version of the credential', () => {
    const since = formatInstant(epochSeconds(now - 60));
    const mark = fingerprint(digest, clientArn, version, {});
    const status = (credential: string): string =>
      `failing code=ERR_TOKEN_UNAVAILABLE since=${since} credential=${credential}`;
    const failing = judge(clientSecret(), tokenSecret(20 * hour, status(mark)));
    expect(failing).toMatchObject({
      state: 'failing',
      failure: { code: 'ERR_TOKEN_UNAVAILABLE' },
    });
    expect(judge(clientSecret(), tokenSecret(20 * hour, status('0a0b0c0d'))).state).toBe('fresh');
    expect(judge(clientSecret(), tokenSecret(20 * hour, 'ok')).state).toBe('fresh');
  });

  it('shows when the rotator tries next', () => {
    const at = ({ renewalAt }: CredentialState): number => (renewalAt ?? Number.NaN) - now;
    expect(at(judge(clientSecret(), tokenSecret(20 * hour)))).toBe(dueAt(20 * hour) - now);
    expect(at(judge(clientSecret(), tokenSecret(hour)))).toBe(0);
    const since = formatInstant(epochSeconds(now - 60));
    const retry = formatInstant(epochSeconds(now + 840));
    const mark = fingerprint(digest, clientArn, version, {});
    const status = `failing code=ERR_TOKEN_REJECTED/invalid_client since=${since} retry-at=${retry} credential=${mark}`;
    expect(at(judge(clientSecret(), tokenSecret(hour, status)))).toBe(840);
  });

  it('shows when the budget of requests allows the next try', () => {
    const since = formatInstant(epochSeconds(now - 60));
    const mark = fingerprint(digest, clientArn, version, {});
    const status = `failing code=ERR_TOKEN_UNAVAILABLE since=${since} credential=${mark}`;
    const requests = [60, 90, 120].map((ago) => epochSeconds(now - ago));
    const tags = { [tagKeys.status]: status, [tagKeys.requested]: formatRequests(requests) };
    const empty = { ...tokenSecret(undefined), tags };
    // After three requests, the next one comes ten minutes after the last.
    expect(judge(clientSecret(), empty)).toMatchObject({ state: 'failing', renewalAt: now + 540 });
  });

  it.each<[string, Partial<CredentialState>, number | undefined]>([
    ['failing without a token', { state: 'failing' }, undefined],
    ['failing with a token that may not last until then', { state: 'failing' }, 600],
    ['expired with one that has', { state: 'expired' }, -1],
    ['overdue, as it would be otherwise, while its token lasts', { state: 'overdue' }, 2 * hour],
    ['due, as it would be otherwise', { state: 'due' }, half - 60],
    ['fresh with a token that is not due', { state: 'fresh' }, 20 * hour],
  ])('is %s while the budget of requests is spent', (_, { state }, left) => {
    const requests = [5, 6, 7].map((ago) => epochSeconds(now - ago));
    const tags = { [tagKeys.requested]: formatRequests(requests) };
    const judged = judge(clientSecret(2 * hour), { ...tokenSecret(left), tags });
    const isSpent = left === undefined || left <= 600;
    expect(judged).toMatchObject({
      state,
      failure: isSpent ? { code: 'ERR_MINT_BUDGET_SPENT' } : undefined,
    });
    if (state !== 'fresh') expect(judged.renewalAt).toBe(now + 595);
  });

  it('assumes that the token was minted from the client secret that no list shows', () => {
    expect(judge(undefined, tokenSecret(20 * hour), true).state).toBe('fresh');
    expect(judge(undefined, tokenSecret(half - 60), true).state).toBe('due');
    expect(judge(undefined, tokenSecret(undefined), true).state).toBe('empty');
    const foreign = { ...tokenSecret(undefined), currentVersionId: version };
    expect(judge(undefined, foreign, true).state).toBe('foreign');
  });

  it('is sorted by urgency, then by expiry, then by name', () => {
    const state = (name: string, of: State, left?: number): CredentialState => ({
      ...judge(clientSecret(), tokenSecret(left)),
      name,
      state: of,
    });
    const sorted = [
      state('z', 'fresh', 9 * hour),
      state('b', 'fresh'),
      state('a', 'fresh'),
      state('y', 'fresh', 8 * hour),
      state('p', 'paused'),
      state('e', 'expired', -1),
      state('f', 'failing', 100),
      { ...state('g', 'failing'), token: undefined },
    ].sort(byUrgency);
    expect(sorted.map(({ name }) => name).join('')).toBe('egfyzabp');
    expect(sorted.filter(isUnhealthy).map(({ name }) => name)).toEqual(['e', 'g', 'f']);
  });
});

describe('the texts for a person', () => {
  it.each([
    [0, '0 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [3_599, '59 min'],
    [3_600, '1 h'],
    [3_660, '1 h 1 min'],
    [86_399, '23 h 59 min'],
    [86_400, '1 d'],
    [-90_000, '1 d 1 h'],
  ])('show %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('show an instant in UTC', () => {
    expect(formatMinute(epochSeconds(Date.UTC(2026, 11, 5, 7, 3) / 1000))).toBe('05 Dec 07:03');
  });

  it('explain every error code, with a fix', () => {
    for (const code of Object.keys(errorKinds)) {
      const { words, fix } = explainFailure({ code }, 'fusion', {});
      expect(words).not.toBe('');
      expect(fix).not.toContain('NAME');
      expect(fix.length, code).toBeGreaterThan(5);
    }
    const rejected = { code: 'ERR_TOKEN_REJECTED' };
    for (const imsError of ['odd', 'constructor']) {
      expect(explainFailure({ ...rejected, imsError }, 'x', {})).toEqual(
        explainFailure(rejected, 'x', {}),
      );
    }
  });

  it('show a code that only another release knows as it is', () => {
    expect(explainFailure({ code: 'ERR_NEW' }, 'x', {})).toEqual({
      words: 'ERR_NEW',
      fix: 'see ERR_NEW in docs/runbook.md',
    });
  });
});
