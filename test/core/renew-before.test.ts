import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import { isShortLived, renewAt, renewBefore } from '../../core/renew-before.ts';
import { hour, now } from '../support/builders.ts';

const tick = 900;
const minute = 60;

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

describe('the renewal of a token', () => {
  const lifetimes = fc.integer({ min: 601, max: 12 * 24 * hour });
  const settings = fc.option(fc.integer({ min: 0, max: 24 * hour }), { nil: undefined });

  it('is never later than the latest one, and at most a twelfth of its life earlier', () => {
    fc.assert(
      fc.property(lifetimes, settings, fc.string(), (lifetime, setting, credential) => {
        const token = { expiresAt: epochSeconds(now + lifetime), lifetime };
        const at = renewAt(token, { credential, tick, renewBefore: setting });
        const latest = Math.ceil(token.expiresAt - renewBefore(lifetime, tick, setting));
        expect(at).toBeLessThanOrEqual(latest);
        expect(at).toBeGreaterThanOrEqual(latest - lifetime / 12 - 1);
      }),
    );
  });

  it('is never within ten minutes of its issue', () => {
    fc.assert(
      fc.property(lifetimes, settings, fc.string(), (lifetime, setting, credential) => {
        const token = { expiresAt: epochSeconds(now + lifetime), lifetime };
        const at = renewAt(token, { credential, tick, renewBefore: setting });
        expect(at - now).toBeGreaterThanOrEqual(10 * minute);
      }),
    );
  });

  it('is the same in every release', () => {
    const token = { expiresAt: epochSeconds(now + 24 * hour), lifetime: 24 * hour };
    const timing = { credential: 'fusion', tick, renewBefore: undefined };
    expect(renewAt(token, timing) - now).toBe(42_155);
  });
});

describe('a fleet of 5,000 that is onboarded in one minute', () => {
  const days = 7;
  const lifetime = 24 * hour;
  const fleet = Array.from({ length: 5_000 }, (_, index) => ({
    credential: `fusion-${index}`,
    issuedAt: now + Math.floor(index / 100),
  }));
  const perTick: number[] = [];
  let leastLeft = lifetime;
  for (let at = now + tick; at <= now + days * 24 * hour; at += tick) {
    let renewed = 0;
    for (const each of fleet) {
      const token = { expiresAt: epochSeconds(each.issuedAt + lifetime), lifetime };
      if (renewAt(token, { ...each, tick, renewBefore: undefined }) > at) continue;
      leastLeft = Math.min(leastLeft, token.expiresAt - at);
      // At 40 writes a second, a tick renews 24,000.
      each.issuedAt = at + Math.floor(renewed / 40);
      renewed += 1;
    }
    perTick.push(renewed);
  }
  const most = (from: number, to: number): number =>
    Math.max(...perTick.slice((from * hour) / tick, (to * hour) / tick));

  it('is renewed over two hours, an eighth of it by each tick', () => {
    expect(most(0, 9.5)).toBe(0);
    expect(most(9.5, 12.5)).toBeLessThan(1.1 * (fleet.length / 8));
  });

  it('spreads further with each renewal', () => {
    expect(most(24, 48)).toBeLessThan(500);
    expect(most(72, 96)).toBeLessThan(400);
    expect(most(144, 168)).toBeLessThan(250);
  });

  it('leaves every token half of its life, less one tick', () => {
    expect(leastLeft).toBeGreaterThan(lifetime / 2 - tick);
  });

  it('mints at most a tenth more than without the spread', () => {
    const minted = perTick.reduce((sum, count) => sum + count, 0);
    expect(minted / (fleet.length * 2 * days)).toBeLessThan(1.1);
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
