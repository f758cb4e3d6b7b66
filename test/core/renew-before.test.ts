import { describe, expect, it } from 'vitest';
import { isShortLived, renewBefore } from '../../core/renew-before.ts';
import { hour } from '../support/builders.ts';

const tick = 900;

describe('renewBefore', () => {
  it.each([
    ['half the lifetime by default', 24 * hour, undefined, 12 * hour],
    ['less if the setting is less', 24 * hour, 4 * hour, 4 * hour],
    ['never more than half', 24 * hour, 20 * hour, 12 * hour],
    ['never less than two ticks and a half', 24 * hour, 60, 2250],
    ['two ticks and a half for a token of one hour', hour, undefined, 2250],
    ['never within the first ten minutes of its life', 2700, undefined, 2100],
  ])('is %s', (_, lifetime, setting, expected) => {
    expect(renewBefore(lifetime, tick, setting)).toBe(expected);
  });
});

describe('isShortLived', () => {
  it.each([
    [undefined, false],
    [2 * 900 + 599, true],
    [2 * 900 + 600, false],
  ])('for a lifetime of %j seconds: %s', (lifetime, expected) => {
    const token = lifetime === undefined ? undefined : { lifetime };
    expect(isShortLived(token, 900)).toBe(expected);
  });
});
