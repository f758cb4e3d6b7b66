import { expect, it } from 'vitest';
import { changeShards } from '../support/change-shards.ts';
import { MemoryFleet } from '../support/memory-fleet.ts';

const tick = 15 * 60;
const stems = [...'0123456789'].map((digit) => `customer-${digit}`);

it('100,000 credentials survive a change of four shards to seven', {
  timeout: 600_000,
}, async () => {
  const count = 100_000;
  const names = Array.from(
    { length: count },
    (_, index) => `customer-${String(index).padStart(5, '0')}`,
  );
  const fleet = new MemoryFleet(names);
  const managed = await changeShards(fleet, { from: 4, to: 7, stems, at: 67, until: 180 });
  expect(fleet.latest).toBeLessThanOrEqual(2 * tick);
  expect(fleet.overdue).toBeLessThanOrEqual(2 * tick);
  expect(fleet.renewed).toBeGreaterThan(count / 6);
  for (const of of [4, 7]) {
    const sizes = [...managed].flatMap(([shard, size]) => (shard.endsWith(`/${of}`) ? [size] : []));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(count);
    expect(Math.max(...sizes)).toBeLessThanOrEqual((1.1 * count) / of);
  }
});
