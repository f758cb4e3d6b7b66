import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../core/contract.ts';
import { epochSeconds } from '../../core/instant.ts';
import {
  formatStatus,
  hasStatus,
  isBackingOff,
  isNews,
  readStatus,
  rememberFailure,
  type StandingFailure,
} from '../../core/status.ts';
import { hour, now } from '../support/builders.ts';

const minute = 60;
const at = (seconds: number) => epochSeconds(now + seconds);
const fingerprint = 'c0ffee00';

const final: StandingFailure = {
  code: 'ERR_TOKEN_REJECTED',
  imsError: 'invalid_client',
  since: at(-hour),
  retryAt: at(hour),
  fingerprint,
};
const transient: StandingFailure = {
  code: 'ERR_TOKEN_UNAVAILABLE',
  since: at(-hour),
  fingerprint,
};

const read = (value: string, print = fingerprint) =>
  readStatus({ [tagKeys.status]: value }, print, now);

describe('the status tag', () => {
  it('has its published form, within the limits of a tag', () => {
    expect(formatStatus(final)).toBe(
      'failing code=ERR_TOKEN_REJECTED/invalid_client since=2026-11-22T11:00:00Z ' +
        'retry-at=2026-11-22T13:00:00Z credential=c0ffee00',
    );
    expect(formatStatus(transient)).toBe(
      'failing code=ERR_TOKEN_UNAVAILABLE since=2026-11-22T11:00:00Z credential=c0ffee00',
    );
    const longest = formatStatus({
      ...final,
      code: 'ERR_SECRET_ACCESS_DENIED',
      imsError: 'x'.repeat(64),
    });
    expect(longest.length).toBeLessThanOrEqual(256);
    expect(longest).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u);
  });

  it.each([final, transient])('is read back as it was written', (failure) => {
    expect(read(formatStatus(failure))).toEqual(failure);
  });

  it.each<[string, string, string?]>([
    ['ok', 'ok'],
    ['nothing', ''],
    ['a value set by hand', 'broken since Monday'],
    ['another credential version', formatStatus(final), '00000001'],
    ['an invalid since', formatStatus(final).replace('2026-11-22T11:00:00Z', 'yesterday')],
    ['an invalid retry-at', formatStatus(final).replace('2026-11-22T13:00:00Z', 'soon')],
    ['a retry-at more than 65 minutes ahead', formatStatus({ ...final, retryAt: at(hour + 301) })],
    ['a retry-at in 2099', formatStatus(final).replace('2026-11-22T13', '2099-01-01T13')],
    ['further text', `${formatStatus(final)} x`],
  ])('is void with %s', (_, value, print) => {
    expect(read(value, print)).toBeUndefined();
  });

  it('is void when the secret has none', () => {
    expect(readStatus({}, fingerprint, now)).toBeUndefined();
  });
});

describe('hasStatus', () => {
  it.each<[string, string | undefined, boolean]>([
    ['no value', undefined, false],
    ['ok', 'ok', false],
    ['a failure', formatStatus(transient), true],
    ['a text that is no status', 'failing of old', true],
    ['an empty text', '', true],
  ])('with %s: %s', (_, value, expected) => {
    expect(hasStatus({ [tagKeys.status]: value })).toBe(expected);
  });

  it('is false for a secret without tags', () => {
    expect(hasStatus()).toBe(false);
  });
});

it('a status counts with a retry-at that another clock has put up to 65 minutes ahead', () => {
  const ahead = { ...final, retryAt: at(hour + 300) };
  expect(read(formatStatus(ahead))).toEqual(ahead);
});

describe('rememberFailure', () => {
  const failure = { code: final.code, transient: false, fingerprint };
  const lasting = (age: number): StandingFailure => ({ ...final, since: at(-age) });

  it.each([
    ['15 minutes at first', undefined, 15 * minute],
    ['at least 15 minutes', lasting(14 * minute), 15 * minute],
    ['as long again as it has lasted', lasting(31 * minute), 31 * minute],
    ['at most an hour', lasting(26 * hour), hour],
  ])('waits %s', (_, standing, wait) => {
    expect(rememberFailure(failure, standing, now, undefined)).toEqual({
      code: final.code,
      since: standing?.since ?? now,
      retryAt: at(wait),
      fingerprint,
    });
  });

  it.each([
    ['no longer than until the last tries begin', 5 * minute, 5 * minute],
    ['no shorter when they begin later', 16 * minute, 15 * minute],
    ['not at all once they have begun', -1, 0],
  ])('waits %s', (_, latest, wait) => {
    expect(rememberFailure(failure, undefined, now, at(latest)).retryAt).toBe(at(wait));
  });

  it.each([
    ['until the failure may be over', 40 * minute, 40 * minute],
    ['at least 15 minutes for that', minute, 15 * minute],
    ['at most an hour for that', 5 * hour, hour],
  ])('waits %s', (_, retryIn, wait) => {
    const known = { ...failure, retryAt: at(retryIn) };
    expect(rememberFailure(known, undefined, now, undefined).retryAt).toBe(at(wait));
  });

  it('keeps the start, and so the wait, of a failure whose code changes', () => {
    const other = { ...failure, code: 'ERR_VERSION_LIMIT' };
    expect(rememberFailure(other, lasting(hour), now, undefined)).toMatchObject({
      code: 'ERR_VERSION_LIMIT',
      since: at(-hour),
      retryAt: at(hour),
    });
  });

  it('sets no wait for a transient failure, and leaves it unchanged while it lasts', () => {
    const again = { code: 'ERR_SECRET_UNAVAILABLE', transient: true, fingerprint };
    expect(rememberFailure(again, undefined, now, undefined)).toEqual({
      code: 'ERR_SECRET_UNAVAILABLE',
      since: now,
      fingerprint,
    });
    expect(rememberFailure(again, transient, now, undefined)).toEqual(transient);
  });

  it('keeps a final failure when a transient one follows', () => {
    const passing = { code: transient.code, transient: true, fingerprint };
    expect(rememberFailure(passing, final, now, undefined)).toEqual(final);
  });
});

describe('isNews', () => {
  const other = { ...final, code: 'ERR_VERSION_LIMIT' };

  it.each<[string, StandingFailure, StandingFailure | undefined, boolean]>([
    ['the first failure', transient, undefined, true],
    ['the same transient failure', transient, transient, false],
    ['the same final failure', final, final, false],
    ['another final failure', other, final, true],
    ['a final failure after a transient one', final, transient, true],
  ])('for %s: %s', (_, next, before, news) => {
    expect(isNews(next, before)).toBe(news);
  });
});

describe('isBackingOff', () => {
  const until = (seconds: number): StandingFailure => ({ ...final, retryAt: at(seconds) });

  it.each<[string, StandingFailure | undefined, boolean]>([
    ['no failure', undefined, false],
    ['a transient failure', transient, false],
    ['a wait that is over', until(-1), false],
    ['a wait that ends in half a tick', until(450), false],
    ['a wait that ends later', until(451), true],
  ])('with %s: %s', (_, failure, expected) => {
    expect(isBackingOff(failure, now, 900)).toBe(expected);
  });

  it('spaces attempts by 15, 15, 30 and then 60 minutes on a tick of 15', () => {
    let standing: StandingFailure | undefined;
    const attempts: number[] = [];
    for (let tick = 0; tick <= 16; tick += 1) {
      // Ticks come a little early or late.
      const time = at(tick * 900 + ((tick * 7) % 5) - 2);
      if (isBackingOff(standing, time, 900)) continue;
      attempts.push(tick * 15);
      const next = { code: final.code, transient: false, fingerprint };
      standing = rememberFailure(next, standing, time, undefined);
    }
    expect(attempts).toEqual([0, 15, 30, 60, 120, 180, 240]);
  });
});
