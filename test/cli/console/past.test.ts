import { describe, expect, it } from 'vitest';
import type { TagChange } from '../../../cli/aws/tag-changes.ts';
import { pastOf, type Sight } from '../../../cli/console/past.ts';
import { tagKeys } from '../../../core/contract.ts';
import { epochSeconds, formatInstant } from '../../../core/instant.ts';
import type { Tags } from '../../../core/token-tags.ts';

const start = epochSeconds(1_764_000_000);
const at = (minute: number) => epochSeconds(start + 60 * minute);

/** A change of tags so many minutes after the start. */
const change = (minute: number, tags: Tags | undefined): TagChange => {
  return { id: String(minute), secretId: 'fusion', at: at(minute), tags };
};
const status = (minute: number, value: string | undefined) =>
  change(minute, { [tagKeys.status]: value });
const pause = (minute: number, value: string | undefined) =>
  change(minute, { [tagKeys.paused]: value });

const failing = (code: string, since: number) =>
  `failing code=${code} since=${formatInstant(at(since))} credential=0a1b2c3d`;
const outage = 'ERR_TOKEN_UNAVAILABLE';
const rejected = 'ERR_TOKEN_REJECTED/invalid_client';

/** What is in sight of twelve hours, in minutes after the start. */
function past(changes: readonly TagChange[], more: Partial<Sight> = {}) {
  const sight = { from: start, to: at(720), since: start, now: at(720), failure: undefined };
  const found = pastOf(changes, { ...sight, ...more });
  const minute = (instant: number | undefined) =>
    instant === undefined ? undefined : (instant - start) / 60;
  return {
    since: minute(found?.since),
    failures: found?.failures.map(({ code, from, to }) => [code, minute(from), minute(to)]),
    pauses: found?.pauses.map(({ from, to }) => [minute(from), minute(to)]),
  };
}

describe('the failures', () => {
  it.each<[string, readonly TagChange[], readonly unknown[]]>([
    [
      'last from the instant in the tag until it says ok',
      [status(31, failing(outage, 30)), status(60, 'ok')],
      [[outage, 30, 60]],
    ],
    [
      'are one while the tag is written again with the same code',
      [
        status(30, failing(rejected, 30)),
        status(45, failing(rejected, 30)),
        status(75, failing(rejected, 30)),
        status(90, 'ok'),
      ],
      [[rejected, 30, 90]],
    ],
    [
      'are two when the code changes, even if the tag says that the first one goes on',
      [
        status(30, failing(outage, 30)),
        status(60, failing(rejected, 30)),
        status(90, 'ok'),
        status(100, failing(outage, 100)),
        status(110, 'ok'),
      ],
      [
        [outage, 30, 60],
        [rejected, 60, 90],
        [outage, 100, 110],
      ],
    ],
    [
      'do not begin before the one before has ended, nor after they were written',
      [
        status(30, failing(outage, 30)),
        status(60, 'ok'),
        status(70, failing(outage, 5)),
        status(80, 'ok'),
        status(90, failing(outage, 600)),
        status(95, 'ok'),
      ],
      [
        [outage, 30, 60],
        [outage, 60, 80],
        [outage, 90, 95],
      ],
    ],
    [
      'end when the tag is removed',
      [status(5, failing(outage, 5)), status(9, undefined)],
      [[outage, 5, 9]],
    ],
    [
      'end when the tag says what nobody understands',
      [status(5, failing(outage, 5)), status(9, '?')],
      [[outage, 5, 9]],
    ],
    [
      'that only ended in the time searched have neither a code nor a beginning',
      [status(20, 'ok')],
      [[undefined, undefined, 20]],
    ],
    ['are none where a tag is removed that may not have been there', [status(20, undefined)], []],
    [
      'have no end as long as CloudTrail lists none',
      [status(700, failing(outage, 700))],
      [[outage, 700, undefined]],
    ],
  ])('%s', (_, changes, failures) => {
    expect(past(changes).failures).toEqual(failures);
  });

  it('leave out the one that still lasts, which the list of secrets shows', () => {
    const changes = [status(30, failing(outage, 30)), status(60, failing(rejected, 30))];
    const failure = { code: 'ERR_TOKEN_REJECTED', imsError: 'invalid_client' };
    expect(past(changes, { failure }).failures).toEqual([[outage, 30, 60]]);
  });

  it('are told in words', () => {
    const changes = [status(1, 'ok'), status(30, failing(rejected, 30)), status(60, 'ok')];
    const sight = { from: start, to: at(720), since: start, now: at(720), failure: undefined };
    expect(pastOf(changes, sight)?.failures.map(({ words }) => words)).toEqual([
      'it failed',
      'IMS rejects the client id or secret: wrong, deleted, or from another environment',
    ]);
  });
});

describe('the pauses', () => {
  it.each<[string, readonly TagChange[], readonly unknown[]]>([
    ['last until somebody resumes', [pause(10, 'true'), pause(50, 'false')], [[10, 50]]],
    ['last until the tag is removed', [pause(10, 'yes'), pause(50, undefined)], [[10, 50]]],
    ['include the one that still lasts', [pause(10, 'true'), pause(20, 'true')], [[10, undefined]]],
    [
      'that only ended in the time searched have no beginning',
      [pause(50, 'false')],
      [[undefined, 50]],
    ],
    ['are none where the tag is removed without a pause', [pause(50, undefined)], []],
    [
      'are independent of failures',
      [pause(10, 'true'), status(20, failing(outage, 20)), pause(50, 'false')],
      [[10, 50]],
    ],
  ])('%s', (_, changes, pauses) => {
    expect(past(changes).pauses).toEqual(pauses);
  });
});

describe('what is in sight', () => {
  const changes = [10, 110, 210].flatMap((minute) => [
    pause(minute, 'true'),
    pause(minute + 20, 'false'),
  ]);

  it('is what overlaps with the time that is looked at', () => {
    expect(past(changes, { from: at(120), to: at(200) }).pauses).toEqual([[110, 130]]);
    expect(past(changes, { from: at(31), to: at(210) }).pauses).toEqual([
      [110, 130],
      [210, 230],
    ]);
  });

  it('is unknown if CloudTrail hides one of the changes', () => {
    expect(past([...changes, change(300, undefined)])).toEqual({});
  });

  it('is the latest hundred of each, known since the first of them', () => {
    const many = Array.from({ length: 101 }, (_, index) => [
      pause(2 * index, 'true'),
      pause(2 * index + 1, 'false'),
    ]);
    const { since, pauses } = past(many.flat());
    expect(since).toBe(2);
    expect(pauses).toHaveLength(100);
    expect(pauses?.[0]).toEqual([2, 3]);
  });
});
