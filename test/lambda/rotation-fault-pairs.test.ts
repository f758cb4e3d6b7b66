import { it } from 'vitest';
import { expectSafeRotation } from '../support/rotation-fault-pairs.ts';
import { rotationFaultPairs } from '../support/rotation-faults.ts';

// A prime, so that the sample has faults of every kind; rotation-fault-pairs.long.test.ts has all pairs.
const sample = rotationFaultPairs.filter((_, index) => index % 97 === 0);

it.each(sample.map((pair, index) => [pair[2], pair[0].title, pair[1].title, index, pair] as const))(
  'the %s of a client secret is safe with %s and %s',
  async (_, __, ___, index, pair) => {
    await expectSafeRotation(pair, index % 2 === 0);
  },
);
