import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Foremost } from '../../core/foremost.ts';

describe('the foremost items', () => {
  it('are the first of a stable sort by rank and place', () => {
    const items = fc.array(fc.record({ rank: fc.nat(3), place: fc.nat(5) }));
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 10 }), (added, most) => {
        const foremost = new Foremost<number>(most);
        for (const [item, order] of added.entries()) foremost.add(item, order);
        const sorted = added
          .map((order, item) => ({ ...order, item }))
          .toSorted((a, b) => a.rank - b.rank || a.place - b.place);
        expect(foremost.items).toEqual(sorted.slice(0, most).map(({ item }) => item));
        expect(foremost.more).toBe(Math.max(0, added.length - most));
      }),
    );
  });
});
