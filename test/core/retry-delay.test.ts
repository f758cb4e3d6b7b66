import { describe, expect, it } from 'vitest';
import { parseRetryAfter, retryDelay } from '../../core/retry-delay.ts';
import { now } from '../support/builders.ts';

describe('retryDelay', () => {
  it.each([
    [1, 0, undefined, 0],
    [1, 1, undefined, 0.5],
    [2, 1, undefined, 1],
    [4, 0.5, undefined, 2],
    [5, 1, undefined, 8],
    [50, 1, undefined, 8],
    [1, 1, 20, 20],
    [5, 1, 2, 8],
  ])(
    'after attempt %i, with random %d and Retry-After %j, waits %d seconds',
    (attempt, random, retryAfter, delay) => {
      expect(retryDelay(attempt, random, retryAfter)).toBe(delay);
    },
  );
});

describe('parseRetryAfter', () => {
  it.each([
    [undefined, undefined],
    ['5', 5],
    ['120', 120],
    ['999999999', 999_999_999],
    ['0', undefined],
    ['1 000', undefined],
    ['120;', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['9999999999', undefined],
    ['Sun, 22 Nov 2026 12:01:00 GMT', 60],
    ['Sun, 22 Nov 2026 11:59:59 GMT', undefined],
    ['Sun, 22 Nov 2026 12:00:00 GMT', undefined],
    ['Sun, 41 Nov 2026 12:01:00 GMT', undefined],
    ['2026-11-22T12:01:00Z', undefined],
  ])('reads %j as %j seconds', (header, seconds) => {
    expect(parseRetryAfter(header, now)).toBe(seconds);
  });
});
