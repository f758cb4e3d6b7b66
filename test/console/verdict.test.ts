import { describe, expect, it } from 'vitest';
import { applyFleetEvent, nothingYet } from '../../console/data/fleet-state.ts';
import { judgeFleet } from '../../console/data/verdict.ts';
import type { Fleet, FleetRow, Unknown } from '../../console/messages.ts';
import { everyState, rowWith, unreachable } from './sample-fleet.ts';

const now = 1_790_000_000;

const fleet = {
  rotator: 'production',
  region: 'eu-west-1',
  tick: 900,
  every: 10,
  allowsActions: false,
  options: '',
  abandoned: { known: [] },
  now,
};

function judge(rows: readonly FleetRow[], more: Partial<Fleet> = {}) {
  const event = { type: 'fleet', at: now, fleet: { ...fleet, ...more }, rows } as const;
  const state = applyFleetEvent(nothingYet, event);
  return judgeFleet(state, now);
}

const failingFor = (minutes: number): Partial<FleetRow> => ({
  state: 'failing',
  failure: { ...unreachable, since: now - minutes * 60 },
});

const fresh = (count: number): readonly FleetRow[] =>
  Array.from({ length: count }, (_, index) => rowWith(`fresh-${index}`, 20, now));

describe('the sentence about the fleet', () => {
  it('says who fails, why, since when, and how much life is left at least', () => {
    const { tone, sentence, causes } = judge([
      rowWith('fusion', 7.2, now, failingFor(14)),
      rowWith('firefly', 9, now, failingFor(12)),
      ...fresh(38),
    ]);
    expect(tone).toBe('bad');
    expect(sentence).toBe(
      '2 of 40 credentials fail: IMS is unreachable or overloaded, for 14 min; ' +
        'the first token expires in 7 h 12 min.',
    );
    expect(causes).toMatchObject([{ fix: unreachable.fix, since: now - 14 * 60 }]);
  });

  it('has commands with the options that the console was started with', () => {
    const options = '--region eu-west-1';
    const fixes = [
      rowWith('fusion', -1, now, { state: 'expired', paused: true }),
      rowWith('firefly', 9, now, { state: 'overdue' }),
    ].map((row) => judge([row], { options }).causes[0]?.fix);
    expect([judge([], { options }).fix, ...fixes]).toEqual([
      'ims-token-rotator onboard NAME FILE --region eu-west-1',
      'find out first who paused it, and why; then: ims-token-rotator resume fusion --region eu-west-1',
      'check the rotator: ims-token-rotator doctor --region eu-west-1',
    ]);
  });

  it.each<[title: string, rows: readonly FleetRow[], sentence: string]>([
    [
      'a token that has expired',
      [rowWith('fusion', -0.5, now, { ...failingFor(60), state: 'expired' })],
      'The only credential fails: IMS is unreachable or overloaded, for 1 h; 1 token expired 30 min ago.',
    ],
    [
      'tokens that have expired',
      [-0.5, -2].map((left) => rowWith(`x${left}`, left, now, { state: 'expired' })),
      '2 of 2 credentials fail: nothing has renewed the token; 2 tokens have expired, the first 2 h ago.',
    ],
    [
      'a credential without a token',
      [rowWith('fusion', 0, now, { ...failingFor(3), token: undefined })],
      'The only credential fails: IMS is unreachable or overloaded, for 3 min; 1 has no token.',
    ],
    [
      'one that nothing tries to renew',
      [rowWith('fusion', 9, now, { state: 'overdue' }), ...fresh(1)],
      '1 of 2 credentials fails: nothing renews the token; the token expires in 9 h.',
    ],
    [
      'several reasons',
      everyState(now),
      '4 of 20 credentials fail for 3 reasons, the longest for 13 h; 1 token expired 24 min ago.',
    ],
    [
      'a fleet without a failure',
      fresh(3),
      'Nothing fails: all 3 credentials have valid tokens; the first token expires in 20 h.',
    ],
    [
      'one that is fine and others that are not renewed',
      [...fresh(1), rowWith('old', 3, now, { state: 'paused', paused: true })],
      'Nothing fails: 1 of 2 credentials has a valid token, 1 is paused (the token expires in 3 h); the first token expires in 20 h.',
    ],
    [
      'one of which some expiry is not known',
      [...fresh(1), rowWith('x', 0, now, { state: 'foreign', token: undefined })],
      'Nothing is known to fail: 1 of 2 credentials has a valid token, 1 has a token of unknown expiry; ' +
        'the first token expires in 20 h.',
    ],
    ['an empty fleet', [], 'production has no credentials yet.'],
  ])('tells of %s', (_, rows, sentence) => {
    expect(judge(rows).sentence).toBe(sentence);
  });

  it('begins the causes with the one that leaves the least time', () => {
    const { causes } = judge(everyState(now));
    expect(causes.map(({ rows }) => rows.map(({ name }) => name))).toEqual([
      ['legacy-import'],
      ['fusion-eu', 'workfront-prod'],
      ['campaign-standard'],
    ]);
  });

  it('is announced without durations, so that nothing is announced again each minute', () => {
    const rows = (minutes: number) => [rowWith('fusion', 7, now, failingFor(minutes)), ...fresh(1)];
    expect(judge(rows(14)).announcement).toBe(judge(rows(15)).announcement);
  });

  it('does not call a fleet fine of which no expiry is known', () => {
    const foreign = rowWith('x', 0, now, { state: 'foreign', token: undefined });
    expect(judge([foreign]).tone).toBe('unknown');
    expect(judge([foreign, ...fresh(1)]).tone).toBe('good');
  });

  it('does not call a fleet fine of which a token has ended since the list', () => {
    expect(judge([rowWith('fusion', -0.1, now), ...fresh(2)])).toMatchObject({
      tone: 'unknown',
      sentence:
        'Nothing is known to fail: 2 of 3 credentials have valid tokens, ' +
        '1 had one until it expired; the first token expired 6 min ago.',
    });
  });

  it.each(['due', 'fresh'] as const)('does not call a %s one valid that has no token', (state) => {
    const none = rowWith('fusion', 0, now, { state, token: undefined });
    expect(judge([none])).toMatchObject({
      tone: 'unknown',
      sentence: 'Nothing fails: 0 of 1 credential have valid tokens, 1 has no token yet.',
    });
    expect(judge([none, ...fresh(2)])).toMatchObject({
      tone: 'good',
      sentence:
        'Nothing fails: 2 of 3 credentials have valid tokens, 1 has no token yet; ' +
        'the first token expires in 20 h.',
    });
  });

  it('calls a fleet unknown that could not be read, never fine', () => {
    const why: Unknown = { code: 'ERR_AWS_DENIED', message: 'not authorized to list secrets' };
    const state = applyFleetEvent(nothingYet, { type: 'trouble', at: now, since: now, why });
    expect(judgeFleet(state, now)).toMatchObject({
      tone: 'unknown',
      sentence: 'The fleet is unknown: not authorized to list secrets.',
    });
    expect(judgeFleet(nothingYet, now).tone).toBe('unknown');
  });
});

describe('the state of the fleet', () => {
  const rows = [rowWith('a', 9, now), rowWith('b', 10, now)];
  const first = applyFleetEvent(nothingYet, { type: 'fleet', at: now, fleet, rows });

  it('keeps the rows that did not change, and takes and removes the others', () => {
    const changed = rowWith('b', 22, now);
    const event = { type: 'change', at: now + 10, rows: [changed], removed: ['a'] } as const;
    expect([...applyFleetEvent(first, event).rows.values()]).toEqual([changed]);
    const nothing = { type: 'change', at: now + 10, rows: [], removed: [] } as const;
    const same = applyFleetEvent(first, nothing);
    expect(same.rows).toBe(first.rows);
    expect(same.updatedAt).toBe(now + 10);
  });

  it('remembers trouble until the next list', () => {
    const why = { code: 'ERR_AWS_UNAVAILABLE', message: 'no answer' };
    const event = { type: 'trouble', at: now + 20, since: now + 10, why } as const;
    const troubled = applyFleetEvent(first, event);
    expect(troubled).toMatchObject({ updatedAt: now, trouble: { since: now + 10, why } });
    const next = { type: 'change', at: now + 30, rows: [], removed: [] } as const;
    expect(applyFleetEvent(troubled, next).trouble).toBeUndefined();
  });
});
