import { describe, expect, it } from 'vitest';
import { barsOf, foreignOf, gapsOf, marksOf, pan, zoom } from '../../console/data/lanes.ts';
import { sectionOfCode } from '../../console/data/past.ts';
import { hashOf, parseRoute, type Route } from '../../console/data/route.ts';
import { type Choice, chooseRows } from '../../console/data/states.ts';
import { everyState, historyOf } from './sample-fleet.ts';

const now = 1_790_000_000;
const hour = 3600;
const rows = everyState(now);
const all: Choice = { search: '', states: new Set(), sort: 'urgency', isDescending: false };
const chosen = (choice: Partial<Choice>) =>
  chooseRows(rows, { ...all, ...choice }).map(({ name }) => name);

describe('the rows to show', () => {
  it('begin with the most urgent', () => {
    expect(chosen({}).slice(0, 6)).toEqual([
      'legacy-import',
      'fusion-eu',
      'workfront-prod',
      'campaign-standard',
      'analytics-export',
      'asset-sync',
    ]);
  });

  it('are those with all searched words in their name, state or failure', () => {
    expect(chosen({ search: 'AEM' })).toEqual(['aem-author', 'aem-publish']);
    expect(chosen({ search: 'unreachable prod' })).toEqual(['workfront-prod']);
    expect(chosen({ search: 'ERR_TOKEN_REJECTED' })).toEqual(['legacy-import']);
    expect(chosen({ search: 'none of them' })).toEqual([]);
  });

  it('are those in any of the chosen states', () => {
    expect(chosen({ states: new Set(['paused', 'empty']) })).toEqual(['new-team', 'sandbox']);
  });

  it.each([
    ['left', false, 'legacy-import'],
    ['renewal', false, 'campaign-standard'],
    ['name', false, 'aem-author'],
    ['name', true, 'workfront-prod'],
  ] as const)('begin, by %s (reversed: %s), with %s', (sort, isDescending, first) => {
    expect(chosen({ sort, isDescending })[0]).toBe(first);
  });
});

describe('a lane of the timeline', () => {
  it('has tokens that overlap on two tracks', () => {
    const versions = historyOf('fusion', 7, now);
    expect(barsOf(versions).map(({ track }) => track)).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
    expect(gapsOf(versions, now)).toEqual([]);
  });

  const at = (from: number, to: number, labels: readonly string[] = []) => ({
    id: String(from),
    labels,
    issuedAt: from,
    expiresAt: to,
  });

  it('has a gap wherever no token was valid, also until now', () => {
    expect(gapsOf([at(500, 600), at(100, 200), at(150, 300)], 900)).toEqual([
      { from: 300, to: 500 },
      { from: 600, to: 900 },
    ]);
    expect(gapsOf([], 900)).toEqual([]);
  });

  it('has no gap, but a time of unknown expiry, while a foreign token was the current one', () => {
    const foreign = { id: 'foreign', labels: [], createdAt: 250 };
    const versions = [at(500, 600), foreign, at(100, 200)];
    expect(foreignOf(versions, 900)).toEqual([{ from: 250, to: 500 }]);
    expect(gapsOf(versions, 900)).toEqual([
      { from: 200, to: 250 },
      { from: 600, to: 900 },
    ]);
    // Without its history, nobody knows since when it is the current one.
    const current = { id: 'foreign', labels: ['AWSCURRENT'] };
    expect(gapsOf([at(100, 200), current], 900)).toEqual([]);
  });

  it('has no bar for a token that was stored, but never became the current one', () => {
    const versions = [at(500, 900, ['AWSPENDING']), at(100, 200, ['AWSCURRENT'])];
    expect(barsOf(versions).map(({ issuedAt }) => issuedAt)).toEqual([100]);
    expect(gapsOf(versions, 600)).toEqual([{ from: 200, to: 600 }]);
    expect(barsOf([at(500, 900, ['AWSPENDING', 'AWSCURRENT'])])).toHaveLength(1);
  });

  it('zooms around its middle, and moves by a quarter', () => {
    const span = { from: now - 24 * hour, to: now + 24 * hour };
    expect(zoom(span, -1)).toEqual({ from: now - 12 * hour, to: now + 12 * hour });
    expect(zoom(span, 1)).toEqual({ from: now - 48 * hour, to: now + 48 * hour });
    expect(pan(span, 0.25)).toEqual({ from: now - 12 * hour, to: now + 36 * hour });
    let closest = span;
    for (let step = 0; step < 10; step += 1) closest = zoom(closest, -1);
    expect(closest.to - closest.from).toBe(3 * hour);
  });

  it('is labelled at round times', () => {
    const marks = marksOf({ from: now - 24 * hour, to: now + 24 * hour }, 8);
    // 23 Sep 10:13 to 25 Sep 10:13 has eight; the last is so close to the edge that it would be cut.
    expect(marks.length).toBe(7);
    expect(marks.every((mark) => mark % (6 * hour) === 0)).toBe(true);
  });
});

describe('the address of a page', () => {
  it.each<Route>([
    { page: 'fleet' },
    { page: 'timeline' },
    { page: 'health' },
    { page: 'credential', name: 'a+b=c@d.e_f' },
    { page: 'runbook', anchor: 'err_token_rejected' },
  ])('%o comes back from its hash', (route) => {
    expect(parseRoute(hashOf(route))).toEqual(route);
  });

  it('that is not known is the fleet', () => {
    for (const hash of ['', '#', '#/nowhere', '#/credential/', '#/credential']) {
      expect(parseRoute(hash)).toEqual({ page: 'fleet' });
    }
    expect(parseRoute('#/credential/%E0%A4')).toEqual({ page: 'credential', name: '%E0%A4' });
  });
});

it('a failure has the section of its code, whatever the code of IMS behind it', () => {
  expect(sectionOfCode('ERR_TOKEN_REJECTED/invalid_client')).toBe('err_token_rejected');
  expect(sectionOfCode('ERR_TOKEN_UNAVAILABLE')).toBe('err_token_unavailable');
});
