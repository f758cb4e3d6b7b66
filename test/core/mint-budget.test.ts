import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import {
  addRequest,
  formatRequests,
  type MintHistory,
  mergeRequests,
  readRequests,
  spentBudget,
} from '../../core/mint-budget.ts';
import { now } from '../support/builders.ts';

const tag = 'ims-token-rotator:requested';
const ago = (...minutes: readonly number[]) => minutes.map((each) => epochSeconds(now - each * 60));

const history = (overrides: Partial<MintHistory>): MintHistory => ({
  now,
  requested: [],
  issued: [],
  ...overrides,
});

describe('the budget of token requests', () => {
  it.each<[string, Partial<MintHistory>]>([
    ['the first', {}],
    ['the second at once', { requested: ago(0) }],
    ['the third at once', { requested: ago(0, 0) }],
    ['one that is ten minutes after the last', { requested: ago(10, 11, 12) }],
    ['one that is half an hour after the last but two', { requested: ago(1, 2, 30) }],
    ['a third one that follows two stored tokens', { requested: ago(1, 2), issued: ago(1, 2) }],
    [
      'a third one although two that overlapped left one record',
      { requested: ago(1), issued: ago(1, 1) },
    ],
    ['one whose token took a while', { requested: ago(5, 6), issued: ago(0, 1) }],
    ['one that follows a token of an unknown request', { issued: ago(1) }],
    ['one that is ten minutes after a token of an unknown request', { issued: ago(10, 11) }],
    ['one that is 20 minutes after the last token but one', { issued: ago(1, 20) }],
  ])('allows %s', (_, overrides) => {
    expect(spentBudget(history(overrides))).toBeUndefined();
  });

  it.each<[string, Partial<MintHistory>, number]>([
    ['a fourth request at once', { requested: ago(0, 0, 0) }, 10],
    ['a request a minute too early', { requested: ago(9, 28, 29) }, 1],
    ['a request a minute before the burst is over', { requested: ago(1, 2, 29) }, 1],
    ['a third token whose requests no tag tells of', { issued: ago(1, 2) }, 9],
    ['a third token when the tag lacks the last', { requested: ago(9), issued: ago(1, 9) }, 9],
    [
      'a third token when the tag is an old one',
      { requested: ago(60, 61, 62), issued: ago(1, 2) },
      9,
    ],
    ['what either list forbids', { requested: ago(7, 7, 7), issued: ago(1, 1) }, 9],
  ])('refuses %s', (_, overrides, minutes) => {
    expect(spentBudget(history(overrides))).toMatchObject({ nextAt: now + minutes * 60 });
  });

  it('names the requests that used it up', () => {
    const requested = ago(1, 2, 3);
    expect(spentBudget(history({ requested }))?.requests).toEqual(requested);
    expect(spentBudget(history({ issued: ago(1, 2) }))?.requests).toEqual(ago(1, 2));
    expect(spentBudget(history({ issued: ago(1, 2, 3) }))?.requests).toEqual(ago(1, 2));
  });
});

describe('the tag of token requests', () => {
  it('holds the last three, newest first', () => {
    const requested = addRequest(addRequest(ago(30, 20), epochSeconds(now - 60)), now);
    expect(requested).toEqual(ago(0, 1, 20));
    const value = formatRequests(requested);
    expect(value).toBe('2026-11-22T12:00:00Z 2026-11-22T11:59:00Z 2026-11-22T11:40:00Z');
    expect(readRequests({ [tag]: value }, now)).toEqual(requested);
  });

  it('keeps requests of the same second apart', () => {
    expect(addRequest(addRequest([now], now), now)).toEqual([now, now, now]);
  });

  it.each([
    ['no tag', undefined, []],
    ['no instants', 'yesterday, again', []],
    ['instants in any order', '2026-11-22T11:00:00Z 2026-11-22T11:59:00Z', ago(1, 60)],
    ['an instant between others', 'x 2026-11-22T11:59:00Z y', ago(1)],
    ['an instant more than five minutes ahead', '2026-11-22T12:05:01Z', []],
    ['an instant five minutes ahead', '2026-11-22T12:05:00Z', ago(-5)],
  ])('may hold %s', (_, value, requested) => {
    expect(readRequests({ [tag]: value }, now)).toEqual(requested);
  });

  it('is merged with what the sandbox remembers', () => {
    expect(mergeRequests(ago(2, 2, 5), ago(1, 2))).toEqual(ago(1, 2, 2));
    expect(mergeRequests([], ago(1))).toEqual(ago(1));
    expect(mergeRequests(ago(1), [])).toEqual(ago(1));
    expect(mergeRequests(ago(2), ago(2))).toEqual(ago(2));
    expect(mergeRequests(ago(2), ago(1, 2))).toEqual(ago(1, 2));
  });
});
