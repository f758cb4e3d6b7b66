import { describe, expect, it } from 'vitest';
import { changeShards } from '../support/change-shards.ts';
import { MemoryFleet } from '../support/memory-fleet.ts';

const tick = 15 * 60;
const stems = [...'0123456789'].map((digit) => `customer-${digit}`);
const names = Array.from({ length: 150 }, (_, index) => `customer-${index * 67}`);
const layouts = [
  [1, 4],
  [4, 7],
  [7, 4],
  [10, 2],
  [4, 1],
] as const;

describe.each(layouts)('a change from %i shards to %i', (from, to) => {
  it('renews no token later than two ticks after it is due, whenever it comes', async () => {
    for (let at = 30; at < 45; at += 4) {
      const fleet = new MemoryFleet(names);
      await changeShards(fleet, { from, to, stems, at, until: 120 });
      expect(fleet.latest).toBeLessThanOrEqual(2 * tick);
      expect(fleet.overdue).toBeLessThanOrEqual(2 * tick);
      // Tokens become due evenly over half a day, so that a sixth of them does so in two hours.
      expect(fleet.renewed).toBeGreaterThan(names.length / 8);
    }
  });
});
