import { describe, expect, it } from 'vitest';
import { formatInstant, parseDuration, parseHttpDate, parseInstant } from '../../core/instant.ts';
import { now } from '../support/builders.ts';

describe('an instant', () => {
  it('is RFC 3339 in UTC, in whole seconds', () => {
    expect(formatInstant(now)).toBe('2026-11-22T12:00:00Z');
    expect(parseInstant('2026-11-22T12:00:00Z')).toBe(now);
    expect(parseInstant('2026-11-22T13:00:00.999+01:00')).toBe(now);
  });

  it.each([
    '',
    'tomorrow',
    '2026-11-22',
    '2026-11-22T12:00:00',
    '2026-13-41T12:00:00Z',
    '+12026-11-22T12:00:00Z',
    '2026-11-22T12:00:00Z (UTC)',
  ])('cannot be %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('can be an HTTP date', () => {
    expect(parseHttpDate('Sun, 22 Nov 2026 12:00:00 GMT')).toBe(now);
    expect(parseHttpDate(' Sun, 22 Nov 2026 12:00:00 GMT')).toBeUndefined();
    expect(parseHttpDate('Sun, 22 Nov 2026 12:00:00 GMT+1')).toBeUndefined();
  });
});

describe('an ISO 8601 duration', () => {
  it.each([
    ['PT12H', 43_200],
    ['P1D', 86_400],
    ['P1DT1H1M1S', 90_061],
    ['PT30M', 1_800],
    ['P', undefined],
    ['PT', undefined],
    ['P1DT', undefined],
    ['12H', undefined],
    ['PT1.5H', undefined],
    ['-PT1H', undefined],
  ])('of %s has %s seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });
});
