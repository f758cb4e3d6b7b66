import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochSeconds } from '../../core/instant.ts';
import { LeastLife } from '../../core/least-life.ts';
import { now } from '../support/builders.ts';

describe('the least life left', () => {
  it('is that of all tokens, whenever it is asked', () => {
    const token = fc.record({
      left: fc.integer({ min: -100, max: 9_000 }),
      lifetime: fc.constantFrom(600, 3_600, 9_000),
    });
    fc.assert(
      fc.property(fc.array(token, { minLength: 1 }), fc.nat(9_000), (tokens, later) => {
        const least = new LeastLife();
        for (const [index, { left, lifetime }] of tokens.entries()) {
          least.add(`c${index}`, { expiresAt: epochSeconds(now + left), lifetime });
        }
        const lives = tokens.map(({ left, lifetime }) => ((left - later) / lifetime) * 100);
        expect(least.at(epochSeconds(now + later))).toMatchObject({
          percent: Math.min(...lives),
          seconds: Math.min(...tokens.map(({ left }) => left - later)),
        });
      }),
    );
  });
});
