import { it } from 'vitest';
import { expectInvariants, faultPairs } from '../support/fault-pairs.ts';

// A prime, so that the sample has faults of every kind; fault-pairs-of-*.long.test.ts have all pairs.
const sample = faultPairs.filter((_, index) => index % 83 === 0);

it.each(sample.map(([one, other], index) => [one.title, other.title, index, one, other] as const))(
  'the invariants hold with %s and %s',
  async (_, __, index, one, other) => {
    await expectInvariants([one, other], index % 2 === 0);
  },
);
